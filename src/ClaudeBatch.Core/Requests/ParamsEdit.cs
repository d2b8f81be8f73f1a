using System.Buffers;
using System.Text.Json;

namespace ClaudeBatch.Core.Requests;

/// <summary>Changes fields of a request and leaves every other byte as it is.</summary>
public static class ParamsEdit
{
    /// <param name="item">A request that was parsed before.</param>
    /// <param name="model">The new model; null keeps it.</param>
    /// <param name="maxTokens">The new limit of the answer; null keeps it.</param>
    public static byte[] Apply(ReadOnlySpan<byte> item, string? model, long? maxTokens)
    {
        ArrayBufferWriter<byte> buffer = new(item.Length + 64);
        Utf8JsonReader reader = new(item);
        int copied = 0;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isParams = reader.ValueTextEquals("params"u8);
            reader.Read();
            if (!isParams)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                byte[]? value = model is not null && reader.ValueTextEquals("model"u8)
                    ? JsonSerializer.SerializeToUtf8Bytes(model, EditJson.Default.String)
                    : maxTokens is not null && reader.ValueTextEquals("max_tokens"u8)
                        ? JsonSerializer.SerializeToUtf8Bytes(maxTokens.Value, EditJson.Default.Int64)
                        : null;
                reader.Read();
                int start = (int)reader.TokenStartIndex;
                reader.Skip();
                if (value is not null)
                {
                    buffer.Write(item[copied..start]);
                    buffer.Write(value);
                    copied = (int)reader.BytesConsumed;
                }
            }
        }

        buffer.Write(item[copied..]);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>
    /// Adds the assistant's turn, and what is said to it, to the end of the conversation; every byte before stays as it is.
    /// </summary>
    /// <param name="item">A request that was parsed before.</param>
    /// <param name="content">The assistant's content as it came, a JSON array.</param>
    /// <param name="userMessage">The next message as JSON; empty for none.</param>
    public static byte[] AppendTurn(ReadOnlySpan<byte> item, ReadOnlySpan<byte> content, ReadOnlySpan<byte> userMessage)
    {
        int end = Value(item, "params", "messages").End.Value - 1; // before its closing bracket
        ReadOnlySpan<byte> comma = ","u8;
        return
        [
            .. item[..end], .. comma, .. "{\"role\":\"assistant\",\"content\":"u8, .. content, .. "}"u8,
            .. userMessage.IsEmpty ? [] : comma, .. userMessage, .. item[end..],
        ];
    }

    /// <summary>The content of the answer in a line of results, as it came; empty where the line has none.</summary>
    public static ReadOnlySpan<byte> ContentOf(ReadOnlySpan<byte> line)
        => line.IsEmpty ? line : line[Value(line, "result", "message", "content")];

    /// <summary>A request of that id and these params.</summary>
    public static byte[] Assemble(string customId, ReadOnlySpan<byte> parameters)
        => [.. "{\"custom_id\":"u8, .. JsonSerializer.SerializeToUtf8Bytes(
            customId,
            EditJson.Default.String), .. ",\"params\":"u8, .. parameters, .. "}"u8];

    // Where the value at the end of a path of names stands; nowhere is an empty range.
    private static Range Value(ReadOnlySpan<byte> json, params ReadOnlySpan<string> path)
    {
        Utf8JsonReader reader = new(json);
        reader.Read();
        foreach (string name in path)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return default;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName && !reader.ValueTextEquals(name))
            {
                reader.Read();
                reader.Skip();
            }

            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                return default;
            }

            reader.Read();
        }

        int start = (int)reader.TokenStartIndex;
        reader.Skip();
        return start..(int)reader.BytesConsumed;
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
[System.Text.Json.Serialization.JsonSerializable(typeof(long))]
internal sealed partial class EditJson : System.Text.Json.Serialization.JsonSerializerContext;
