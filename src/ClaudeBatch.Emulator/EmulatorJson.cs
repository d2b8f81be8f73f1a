using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClaudeBatch.Emulator;

/// <summary>The types that the emulator keeps on disk as JSON, and the options with which it writes all JSON.</summary>
[JsonSerializable(typeof(StoredBatch))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(KeptFile))]
[JsonSerializable(typeof(Dictionary<string, long>))]
internal sealed partial class EmulatorJson : JsonSerializerContext
{
    public static JsonWriterOptions Writing { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Gives the JSON that is written to a writer.</summary>
    public static string Text(Action<Utf8JsonWriter> write)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, Writing))
        {
            write(writer);
        }

        return Encoding.UTF8.GetString(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }
}
