using System.Text.Json.Serialization;

namespace ClaudeBatch.Emulator.Identity;

/// <summary>What is kept of tokens on disk.</summary>
[JsonSerializable(typeof(TokenState))]
internal sealed partial class TokenJson : JsonSerializerContext;
