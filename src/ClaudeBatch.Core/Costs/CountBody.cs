using System.Buffers;
using System.Text.Json;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Costs;

/// <summary>The body that has a request's tokens counted: its params without the fields the counter refuses.</summary>
internal static class CountBody
{
    public static ReadOnlyMemory<byte> Of(ReadOnlyMemory<byte> item)
    {
        ArrayBufferWriter<byte> buffer = new();
        using JsonDocument parameters = JsonDocument.Parse(RequestLine.ParamsOf(item));
        using Utf8JsonWriter writer = new(buffer);
        writer.WriteStartObject();
        foreach (JsonProperty field in parameters.RootElement.EnumerateObject())
        {
            if (RequestFields.Params.Find(field.Name) is { IsCounted: true })
            {
                field.WriteTo(writer);
            }
        }

        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }
}
