using System.Text.Json;
using ClaudeBatch.Core.Json;

namespace ClaudeBatch.Core.Results;

/// <summary>The parts of a succeeded line that people look at, as slices of it.</summary>
public sealed class AnswerContent
{
    private readonly List<string> _texts = [];

    private string? _text;

    private AnswerContent()
    {
    }

    /// <summary>The message object's JSON.</summary>
    public ReadOnlyMemory<byte> Message { get; private set; }

    /// <summary>The usage object's JSON; empty where there is none.</summary>
    public ReadOnlyMemory<byte> Usage { get; private set; }

    /// <summary>The text blocks, joined. A thinking block may come first; there may be none.</summary>
    public string Text => _text ??= _texts switch
    {
        [] => string.Empty,
        [string only] => only,
        _ => string.Concat(_texts),
    };

    /// <summary>Whether U+FFFD stands in the text for what is no character.</summary>
    public bool IsMended { get; private set; }

    /// <summary>Reads the line of a succeeded request; null for any other.</summary>
    public static AnswerContent? Read(ReadOnlyMemory<byte> line)
    {
        try
        {
            Utf8JsonReader reader = new(line.Span);
            AnswerContent answer = new();
            return reader.Read() && Seek(ref reader, "result"u8) && Seek(ref reader, "message"u8)
                && reader.TokenType == JsonTokenType.StartObject
                ? answer.ReadMessage(ref reader, line)
                : null;
        }
        catch (JsonException)
        {
            return null; // an unreadable line is a problem of the books, reported there
        }
    }

    // Goes into the object the reader stands on, to the value of that property.
    private static bool Seek(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isIt = MendedText.Equals(ref reader, name);
            reader.Read();
            if (isIt)
            {
                return true;
            }

            reader.Skip();
        }

        return false;
    }

    private AnswerContent ReadMessage(ref Utf8JsonReader reader, ReadOnlyMemory<byte> line)
    {
        int start = (int)reader.TokenStartIndex;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isContent = MendedText.Equals(ref reader, "content"u8);
            bool isUsage = MendedText.Equals(ref reader, "usage"u8);
            reader.Read();
            int valueStart = (int)reader.TokenStartIndex;
            if (isContent && reader.TokenType == JsonTokenType.StartArray)
            {
                ReadContent(ref reader);
            }
            else
            {
                reader.Skip();
            }

            Usage = isUsage ? line[valueStart..(int)reader.BytesConsumed] : Usage;
        }

        Message = line[start..(int)reader.BytesConsumed];
        return this;
    }

    private void ReadContent(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            bool isText = false;
            string? text = null;
            bool isMended = false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isType = MendedText.Equals(ref reader, "type"u8);
                bool isWords = MendedText.Equals(ref reader, "text"u8);
                reader.Read();
                isText |= isType && reader.TokenType == JsonTokenType.String && MendedText.Equals(ref reader, "text"u8);
                text = isWords && reader.TokenType == JsonTokenType.String ? MendedText.Read(ref reader, out isMended) : text;
                reader.Skip();
            }

            if (isText && text is not null)
            {
                _texts.Add(text);
                IsMended |= isMended;
            }
        }
    }
}
