using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Text;
using System.Text.Json;

namespace ClaudeBatch.Core.Json;

/// <content>The grammar of JSON (RFC 8259).</content>
internal ref partial struct JsonScanner
{
    // Gives the index of the first quote, backslash or control character, or the length of the text when it has none of them.
    [MethodImpl(Hot.AtOnce)]
    private static int IndexOfMark(ReadOnlySpan<byte> text)
    {
        int at = 0;
        for (; at <= text.Length - Vector128<byte>.Count; at += Vector128<byte>.Count)
        {
            Vector128<byte> bytes = Vector128.Create(text[at..]);
            Vector128<byte> marks = Vector128.Equals(bytes, Vector128.Create((byte)'"'))
                | Vector128.Equals(bytes, Vector128.Create((byte)'\\'))
                | Vector128.LessThan(bytes, Vector128.Create((byte)' '));
            if (marks != Vector128<byte>.Zero)
            {
                return at + BitOperations.TrailingZeroCount(marks.ExtractMostSignificantBits());
            }
        }

        while (at < text.Length && text[at] is >= (byte)' ' and not (byte)'"' and not (byte)'\\')
        {
            at++;
        }

        return at;
    }

    private void Descend()
    {
        _at++;
        _isFirst = true;
        if (++_depth > MostDepth)
        {
            throw Broken();
        }
    }

    // Moves to the next element of the object or array and returns true. At the end, moves past the closing bracket and returns false.
    [MethodImpl(Hot.AtOnce)]
    private bool TryElement(char end)
    {
        bool isFirst = _isFirst;
        _isFirst = false;
        if (Next() == end)
        {
            _at++;
            _depth--;
            return false;
        }

        if (!isFirst)
        {
            Expect(',');
        }

        return true;
    }

    private ReadOnlySpan<byte> Text() => SkipString() ? Unescaped() : _json[_start..(_at - 1)];

    // Moves past a string, and returns whether it contains an escape.
    [MethodImpl(Hot.AtOnce)]
    private bool SkipString()
    {
        Expect('"');
        _start = _at;
        for (bool isEscaped = false; ; isEscaped = true)
        {
            _at += IndexOfMark(_json[_at..]);
            switch (Current())
            {
                case (byte)'"':
                    _at++;
                    return isEscaped;
                case (byte)'\\':
                    _at++;
                    SkipEscape();
                    break;
                default:
                    throw Broken(); // a control character, or the end of the line
            }
        }
    }

    [MethodImpl(Hot.AtOnce)]
    private void SkipEscape()
    {
        byte kind = Current();
        _at++;
        if (kind == 'u')
        {
            for (int end = _at + 4; _at < end; _at++)
            {
                if (!char.IsAsciiHexDigit((char)Current()))
                {
                    throw Broken();
                }
            }
        }
        else if (kind is not ((byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t'))
        {
            throw Broken();
        }
    }

    // Rarely called: ids and the names of properties and models contain no escapes.
    private readonly ReadOnlySpan<byte> Unescaped()
    {
        try
        {
            Utf8JsonReader reader = new(_json[(_start - 1).._at]);
            reader.Read();
            return Encoding.UTF8.GetBytes(reader.GetString()!);
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException($"No text before byte {_at}.", e); // it has half a surrogate pair, or is not UTF-8
        }
    }

    [MethodImpl(Hot.AtOnce)]
    private void SkipNumber()
    {
        _at += Current() == '-' ? 1 : 0;
        if (Current() == '0')
        {
            _at++;
        }
        else
        {
            SkipDigits();
        }

        if (Current() == '.')
        {
            _at++;
            SkipDigits();
        }

        if (Current() is (byte)'e' or (byte)'E')
        {
            _at++;
            _at += Current() is (byte)'+' or (byte)'-' ? 1 : 0;
            SkipDigits();
        }
    }

    private void SkipDigits()
    {
        int start = _at;
        while (Current() is >= (byte)'0' and <= (byte)'9')
        {
            _at++;
        }

        if (_at == start)
        {
            throw Broken();
        }
    }

    private void Literal(ReadOnlySpan<byte> word)
    {
        if (!_json[_at..].StartsWith(word))
        {
            throw Broken();
        }

        _at += word.Length;
    }

    private void Expect(char mark)
    {
        if (Next() != mark)
        {
            throw Broken();
        }

        _at++;
    }

    // Moves past white space, and gives the first byte of the next token.
    private byte Next()
    {
        SkipSpace();
        return Current();
    }

    // Gives the byte at the current place. At the end it is 0, with which no token of JSON begins.
    private readonly byte Current() => _at < _json.Length ? _json[_at] : (byte)0;

    private void SkipSpace()
    {
        while (Current() is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
        {
            _at++;
        }
    }

    private readonly JsonException Broken() => new($"Not JSON at byte {_at}.");
}
