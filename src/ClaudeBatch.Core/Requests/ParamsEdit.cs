using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace ClaudeBatch.Core.Requests;

/// <summary>Changes the JSON of a request and leaves every other byte as it is, so that the service's prompt cache still matches.</summary>
public static class ParamsEdit
{
    /// <summary>Requests may be nested deeper than the 64 objects that a reader takes by itself: what a model gives a tool is part of them.</summary>
    internal static readonly JsonReaderOptions AnyDepth = new() { MaxDepth = int.MaxValue };

    /// <summary>Gives a copy of a request with another model or another limit of the answer.</summary>
    /// <param name="item">The request, which is known to be valid.</param>
    /// <param name="model">The new <c>model</c>; null to leave it.</param>
    /// <param name="maxTokens">The new <c>max_tokens</c>; null to leave it.</param>
    public static byte[] Apply(ReadOnlySpan<byte> item, string? model, long? maxTokens)
    {
        ArrayBufferWriter<byte> buffer = new(item.Length + 64);
        Utf8JsonReader reader = new(item, AnyDepth);
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
    /// Gives a copy of a request with the assistant's answer, and the user's next message, at the end of the conversation.
    /// </summary>
    /// <param name="item">The request, which is known to be valid.</param>
    /// <param name="content">The content of the answer as the service has sent it, a JSON array.</param>
    /// <param name="userMessage">The user's next message as JSON; empty for none.</param>
    [MethodImpl(Hot.AtOnce)]
    public static byte[] AppendTurn(ReadOnlySpan<byte> item, ReadOnlySpan<byte> content, ReadOnlySpan<byte> userMessage)
    {
        int end = Value(item, "params", "messages").End.Value - 1; // before its closing bracket
        ReadOnlySpan<byte> assistant = ",{\"role\":\"assistant\",\"content\":"u8;
        ReadOnlySpan<byte> close = userMessage.IsEmpty ? "}"u8 : "},"u8;
        // A collection expression of spans would grow a list byte by byte: this is done for every request of a round.
        int length = item.Length + assistant.Length + content.Length + close.Length + userMessage.Length;
        byte[] next = GC.AllocateUninitializedArray<byte>(length);
        Span<byte> left = next;
        Put(ref left, item[..end]);
        Put(ref left, assistant);
        Put(ref left, content);
        Put(ref left, close);
        Put(ref left, userMessage);
        Put(ref left, item[end..]);
        return next;
    }

    /// <summary>Gives a copy of a request with a message at the end of the conversation.</summary>
    /// <param name="item">The request, which is known to be valid.</param>
    /// <param name="message">The message as JSON.</param>
    public static byte[] AppendMessage(ReadOnlySpan<byte> item, ReadOnlySpan<byte> message)
    {
        int end = Value(item, "params", "messages").End.Value - 1; // before its closing bracket
        return [.. item[..end], .. ","u8, .. message, .. item[end..]];
    }

    /// <summary>Gives a copy of a request that works in a container: the one it names, if any, is replaced, and its skills stay.</summary>
    /// <param name="item">The request, which is known to be valid.</param>
    /// <param name="id">The id of the container as JSON.</param>
    public static byte[] WithContainer(ReadOnlySpan<byte> item, ReadOnlySpan<byte> id)
    {
        Range there = Value(item, "params", "container");
        (int start, int length) = there.GetOffsetAndLength(item.Length);
        if (length == 0)
        {
            int open = Value(item, "params").Start.Value + 1; // behind its opening brace
            return [.. item[..open], .. "\"container\":"u8, .. id, .. ","u8, .. item[open..]];
        }

        if (item[start] != '{')
        {
            return [.. item[..start], .. id, .. item[(start + length)..]];
        }

        Range inner = Value(item, "params", "container", "id");
        (int innerStart, int innerLength) = inner.GetOffsetAndLength(item.Length);
        bool isEmpty = item[start..(start + length)].IndexOf((byte)'"') < 0;
        return innerLength > 0
            ? [.. item[..innerStart], .. id, .. item[(innerStart + innerLength)..]]
            : [.. item[..(start + 1)], .. "\"id\":"u8, .. id, .. isEmpty ? [] : ","u8, .. item[(start + 1)..]];
    }

    /// <summary>Finds the content of the answer in a result line; empty where the line has none.</summary>
    public static ReadOnlySpan<byte> ContentOf(ReadOnlySpan<byte> line)
        => line.IsEmpty ? line : line[Value(line, "result", "message", "content")];

    /// <summary>Makes a request of a custom id and the JSON of its params.</summary>
    public static byte[] Assemble(string customId, ReadOnlySpan<byte> parameters)
        => [.. "{\"custom_id\":"u8, .. JsonSerializer.SerializeToUtf8Bytes(
            customId,
            EditJson.Default.String), .. ",\"params\":"u8, .. parameters, .. "}"u8];

    /// <summary>Gives a copy of a request with another custom id.</summary>
    public static byte[] WithId(ReadOnlySpan<byte> item, string customId) => Assemble(customId, item[Value(item, "params")]);

    /// <summary>Finds the value at a path of names, however deep it is nested. The range is empty where there is none.</summary>
    [MethodImpl(Hot.AtOnce)]
    internal static Range Value(ReadOnlySpan<byte> json, params ReadOnlySpan<string> path)
    {
        Utf8JsonReader reader = new(json, AnyDepth);
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

    private static void Put(ref Span<byte> left, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(left);
        left = left[bytes.Length..];
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
[System.Text.Json.Serialization.JsonSerializable(typeof(long))]
[System.Text.Json.Serialization.JsonSerializable(typeof(JsonElement))]
internal sealed partial class EditJson : System.Text.Json.Serialization.JsonSerializerContext;
