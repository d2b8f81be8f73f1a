using System.Buffers;
using System.Text.Json;

namespace ClaudeBatch.Core.Costs;

/// <summary>The body that has a request's tokens counted: its params without the fields the counter refuses.</summary>
internal static class CountBody
{
    private static readonly HashSet<string> s_counted = new(StringComparer.Ordinal)
    {
        "model", "messages", "system", "tools", "tool_choice", "thinking", "output_config", "cache_control", "speed",
    };

    public static ReadOnlyMemory<byte> Of(ReadOnlyMemory<byte> item)
    {
        ArrayBufferWriter<byte> buffer = new();
        using JsonDocument parameters = JsonDocument.Parse(Requests.RequestLine.ParamsOf(item));
        using Utf8JsonWriter writer = new(buffer);
        writer.WriteStartObject();
        foreach (JsonProperty field in parameters.RootElement.EnumerateObject().Where(static f => s_counted.Contains(f.Name)))
        {
            field.WriteTo(writer);
        }

        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }
}
