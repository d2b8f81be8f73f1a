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
                byte[]? value = model is not null && reader.ValueTextEquals("model"u8) ? JsonSerializer.SerializeToUtf8Bytes(model, EditJson.Default.String)
                    : maxTokens is not null && reader.ValueTextEquals("max_tokens"u8) ? JsonSerializer.SerializeToUtf8Bytes(maxTokens.Value, EditJson.Default.Int64)
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

    /// <summary>A request of that id and these params.</summary>
    public static byte[] Assemble(string customId, ReadOnlySpan<byte> parameters)
        => [.. "{\"custom_id\":"u8, .. JsonSerializer.SerializeToUtf8Bytes(customId, EditJson.Default.String), .. ",\"params\":"u8, .. parameters, .. "}"u8];
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
[System.Text.Json.Serialization.JsonSerializable(typeof(long))]
internal sealed partial class EditJson : System.Text.Json.Serialization.JsonSerializerContext;
