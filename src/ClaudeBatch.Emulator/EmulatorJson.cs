using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClaudeBatch.Emulator;

/// <summary>What the emulator keeps of itself on disk, and how it writes.</summary>
[JsonSerializable(typeof(StoredBatch))]
[JsonSerializable(typeof(Dictionary<string, long>))]
internal sealed partial class EmulatorJson : JsonSerializerContext
{
    public static JsonWriterOptions Writing { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
