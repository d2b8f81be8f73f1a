using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ClaudeBatch.Core.Requests;

/// <summary>Writes what a tool has given, as a block of the user's next message.</summary>
public static class ToolResultBlock
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Gives the JSON of a block of the type <c>tool_result</c>.</summary>
    /// <param name="toolUseId">The id of the call that the block answers.</param>
    /// <param name="text">What the tool has given. The service takes no empty text, so that an empty one is left out.</param>
    /// <param name="isError">Whether the call has failed.</param>
    public static byte[] Of(string toolUseId, string text, bool isError)
    {
        ArrayBufferWriter<byte> buffer = new(text.Length + 128);
        using Utf8JsonWriter writer = new(buffer, s_options);
        writer.WriteStartObject();
        writer.WriteString("type"u8, "tool_result"u8);
        writer.WriteString("tool_use_id"u8, toolUseId);
        if (text.Length > 0)
        {
            writer.WriteString("content"u8, text);
        }

        if (isError)
        {
            writer.WriteBoolean("is_error"u8, true);
        }

        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
