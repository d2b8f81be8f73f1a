using System.Buffers;
using System.Text.Json;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Costs;

/// <summary>
/// Makes the body of a call that counts a request's tokens: the params of the request with only the fields that the call takes.
/// </summary>
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
