using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClaudeBatch.Emulator;

/// <summary>The types that the emulator keeps on disk as JSON, and the options with which it writes all JSON.</summary>
[JsonSerializable(typeof(StoredBatch))]
[JsonSerializable(typeof(Dictionary<string, long>))]
internal sealed partial class EmulatorJson : JsonSerializerContext
{
    public static JsonWriterOptions Writing { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
