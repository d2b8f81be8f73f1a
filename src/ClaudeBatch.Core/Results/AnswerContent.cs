using System.Text;
using System.Text.Json;

namespace ClaudeBatch.Core.Results;

/// <summary>The parts of a succeeded line that people look at, as slices of it.</summary>
public sealed class AnswerContent
{
    private AnswerContent(byte[] message, byte[] usage, string text)
    {
        Message = message;
        Usage = usage;
        Text = text;
    }

    /// <summary>The message object's JSON.</summary>
    public byte[] Message { get; }

    /// <summary>The usage object's JSON; empty where there is none.</summary>
    public byte[] Usage { get; }

    /// <summary>The text blocks, joined. A thinking block may come first; there may be none.</summary>
    public string Text { get; }

    /// <summary>Reads the line of a succeeded request; null for any other.</summary>
    public static AnswerContent? Read(ReadOnlyMemory<byte> line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            if (!document.RootElement.TryGetProperty("result"u8, out JsonElement result)
                || !result.TryGetProperty("message"u8, out JsonElement message)
                || message.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            byte[] usage = message.TryGetProperty("usage"u8, out JsonElement u) ? Encoding.UTF8.GetBytes(u.GetRawText()) : [];
            return new AnswerContent(Encoding.UTF8.GetBytes(message.GetRawText()), usage, Join(message));
        }
        catch (JsonException)
        {
            return null; // an unreadable line is a problem of the books, reported there
        }
    }

    private static string Join(JsonElement message)
    {
        if (!message.TryGetProperty("content"u8, out JsonElement content) || content.ValueKind != JsonValueKind.Array)
        {
            return string.Empty;
        }

        StringBuilder text = new();
        foreach (JsonElement block in content.EnumerateArray())
        {
            if (block.ValueKind == JsonValueKind.Object
                && block.TryGetProperty("type"u8, out JsonElement type)
                && type.ValueEquals("text"u8)
                && block.TryGetProperty("text"u8, out JsonElement words))
            {
                text.Append(words.GetString());
            }
        }

        return text.ToString();
    }
}
