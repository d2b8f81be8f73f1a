using System.Text.Json;
using ClaudeBatch.Core.Json;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Results;

/// <summary>The parts of a succeeded line that people look at, as slices of it.</summary>
public sealed class AnswerContent
{
    // What a call passes to its tool may be nested deeper than the line of an answer in words.
    private static readonly JsonReaderOptions s_anyDepth = new() { MaxDepth = int.MaxValue };

    private readonly List<string> _texts = [];

    private List<ToolUse>? _calls;

    private List<CitedWords>? _cited;

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

    /// <summary>The calls of the user's tools, in the order of the answer.</summary>
    public IReadOnlyList<ToolUse> Calls => _calls ?? [];

    /// <summary>The texts that stand on citations, in the order of the answer.</summary>
    public IReadOnlyList<CitedWords> Cited => _cited ?? [];

    /// <summary>Whether U+FFFD stands in the text for what is no character.</summary>
    public bool IsMended { get; private set; }

    /// <summary>Reads the line of a succeeded request; null for any other.</summary>
    public static AnswerContent? Read(ReadOnlyMemory<byte> line)
    {
        try
        {
            Utf8JsonReader reader = new(line.Span, s_anyDepth);
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

    /// <summary>The call of the tool that the request forces, where it is the only call; else null.</summary>
    internal ToolUse? CallOf(ForcedTool? tool) => tool?.Name is { } name && Calls is [var only] && only.Name == name ? only : null;

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
                ReadContent(ref reader, line);
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

    private void ReadContent(ref Utf8JsonReader reader, ReadOnlyMemory<byte> line)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                ReadBlock(ref reader, line);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void ReadBlock(ref Utf8JsonReader reader, ReadOnlyMemory<byte> line)
    {
        bool isText = false, isCall = false, isMended = false;
        string? text = null;
        Range id = default, name = default, input = default, citations = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isType = MendedText.Equals(ref reader, "type"u8);
            bool isWords = MendedText.Equals(ref reader, "text"u8);
            bool isId = MendedText.Equals(ref reader, "id"u8);
            bool isName = MendedText.Equals(ref reader, "name"u8);
            bool isInput = MendedText.Equals(ref reader, "input"u8);
            bool isCitations = MendedText.Equals(ref reader, "citations"u8);
            reader.Read();
            JsonTokenType kind = reader.TokenType;
            isText |= isType && kind == JsonTokenType.String && MendedText.Equals(ref reader, "text"u8);
            isCall |= isType && kind == JsonTokenType.String && MendedText.Equals(ref reader, "tool_use"u8);
            text = isWords && kind == JsonTokenType.String ? MendedText.Read(ref reader, out isMended) : text;
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            Range value = start..(int)reader.BytesConsumed;
            id = isId && kind == JsonTokenType.String ? value : id;
            name = isName && kind == JsonTokenType.String ? value : name;
            input = isInput ? value : input;
            citations = isCitations && kind == JsonTokenType.StartArray ? value : citations;
        }

        if (isText && text is not null)
        {
            _texts.Add(text);
            IsMended |= isMended;
            if (!line[citations].IsEmpty)
            {
                (_cited ??= []).Add(new CitedWords(text, line[citations]));
            }
        }
        else if (isCall)
        {
            (_calls ??= []).Add(new ToolUse(Words(line.Span[id]), Words(line.Span[name]), line[input]));
        }
    }

    private static string? Words(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty)
        {
            return null;
        }

        Utf8JsonReader reader = new(json);
        reader.Read();
        return MendedText.Read(ref reader, out _);
    }
}
