using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Unicode;
using ClaudeBatch.Core.Json;

namespace ClaudeBatch.Core.Results;

/// <summary>
/// What most lines of results have to say, as slices of the line: one text and its usage. Whatever has more to it is read by
/// <see cref="AnswerContent"/>.
/// </summary>
public ref struct PlainAnswer
{
    private bool _hasContent;

    private bool _hasUsage;

    /// <summary>The text of the answer as a string of JSON; <c>null</c> where the line is no answer.</summary>
    public ReadOnlySpan<byte> Text { get; private set; }

    /// <summary>The usage as JSON; <c>null</c> where there is none.</summary>
    public ReadOnlySpan<byte> Usage { get; private set; }

    /// <summary>Reads a line. Returns false where it is not certain that this is all that <see cref="AnswerContent"/> finds in it.</summary>
    [MethodImpl(Hot.AtOnce)]
    public static bool TryRead(ReadOnlySpan<byte> line, out PlainAnswer answer)
    {
        PlainAnswer read = new() { Text = "null"u8, Usage = "null"u8 };
        bool isRead = line.IsEmpty;
        try
        {
            JsonScanner scanner = new(line);
            isRead = isRead || (Utf8.IsValid(line)
                && (!TrySeek(ref scanner, "result"u8) || !TrySeek(ref scanner, "message"u8) || read.TryMessage(ref scanner)));
        }
        catch (JsonException)
        {
            isRead = false;
        }

        answer = read;
        return isRead;
    }

    /// <summary>
    /// Reads the text of an answer, null where the line is no answer. Returns false where it is not certain that <see cref="AnswerContent"/>
    /// finds the same.
    /// </summary>
    [MethodImpl(Hot.AtOnce)]
    public static bool TryReadText(ReadOnlySpan<byte> line, out string? text)
    {
        text = null;
        if (!TryRead(line, out PlainAnswer answer))
        {
            return false;
        }

        return answer.Text is not [(byte)'"', .. var words, (byte)'"'] || MendedText.TryRead(words, out text);
    }

    // Goes into the object that comes next, to the value of that property.
    private static bool TrySeek(ref JsonScanner scanner, ReadOnlySpan<byte> wanted)
    {
        if (!scanner.TryEnter())
        {
            return false;
        }

        while (scanner.TryProperty(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual(wanted))
            {
                return true;
            }

            scanner.Skip();
        }

        return false;
    }

    [MethodImpl(Hot.AtOnce)]
    private bool TryMessage(ref JsonScanner scanner)
    {
        if (!scanner.TryEnter())
        {
            return true;
        }

        Text = "\"\""u8;
        while (scanner.TryProperty(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("content"u8))
            {
                if (_hasContent || !TryContent(ref scanner))
                {
                    return false;
                }

                _hasContent = true;
            }
            else if (name.SequenceEqual("usage"u8))
            {
                if (_hasUsage)
                {
                    return false;
                }

                Usage = scanner.Value();
                _hasUsage = true;
            }
            else
            {
                scanner.Skip();
            }
        }

        return true;
    }

    [MethodImpl(Hot.AtOnce)]
    private bool TryContent(ref JsonScanner scanner)
    {
        bool hasText = false;
        for (bool isArray = scanner.TryEnterArray(); isArray && scanner.TryItem();)
        {
            if (!TryBlock(ref scanner, ref hasText))
            {
                return false;
            }
        }

        return true;
    }

    // A second text, a call of a tool and citations are left to the other reader, and so is what says the same thing twice.
    [MethodImpl(Hot.AtOnce)]
    private bool TryBlock(ref JsonScanner scanner, ref bool hasText)
    {
        bool isText = false, hasType = false, hasWords = false;
        ReadOnlySpan<byte> words = default;
        if (!scanner.TryEnter())
        {
            return true;
        }

        while (scanner.TryProperty(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("type"u8))
            {
                if (hasType || !scanner.TryText(out ReadOnlySpan<byte> type) || type.SequenceEqual("tool_use"u8))
                {
                    return false;
                }

                hasType = true;
                isText = type.SequenceEqual("text"u8);
            }
            else if (name.SequenceEqual("text"u8))
            {
                if (hasWords)
                {
                    return false;
                }

                words = scanner.Value();
                hasWords = true;
            }
            else if (name.SequenceEqual("citations"u8))
            {
                if (!scanner.Value().SequenceEqual("null"u8))
                {
                    return false;
                }
            }
            else
            {
                scanner.Skip();
            }
        }

        if (isText && words is [(byte)'"', ..])
        {
            if (hasText)
            {
                return false;
            }

            Text = words;
            hasText = true;
        }

        return true;
    }
}
