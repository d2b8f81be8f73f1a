using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace ClaudeBatch.Core.Json;

/// <summary>
/// Reads one JSON value from front to back, as strictly as <see cref="Utf8JsonReader"/>, and returns only the parts that are asked for.
/// </summary>
/// <remarks>
/// It serves code that runs for every line of results. .NET compiles a library's code quickly first and optimizes it after many calls, and
/// a process that collects a batch within a second ends before that (docs/performance.md). The methods of this type are compiled with
/// full optimization at their first call. Tests compare it with <see cref="Utf8JsonReader"/> on lines that are damaged in many ways.
/// </remarks>
internal ref partial struct JsonScanner(ReadOnlySpan<byte> json)
{
    /// <summary>The deepest nesting that is accepted. What an answer passes to a tool may be nested in any way.</summary>
    internal const int MostDepth = 1_000;

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _json = json;

    private int _at;

    // The index of the first byte of the last string, after its opening quote.
    private int _start;

    private int _depth;

    private bool _isFirst;

    /// <summary>Enters the object that comes next and returns true. Moves past any other value and returns false.</summary>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    [MethodImpl(Hot.AtOnce)]
    public bool TryEnter()
    {
        if (Next() != '{')
        {
            Skip();
            return false;
        }

        Descend();
        return true;
    }

    /// <summary>
    /// Moves to the value of the object's next property and returns true. After the last property, leaves the object and returns false.
    /// </summary>
    /// <param name="name">The name of the property in UTF-8, without quotes and escapes.</param>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    [MethodImpl(Hot.AtOnce)]
    public bool TryProperty(out ReadOnlySpan<byte> name)
    {
        if (!TryElement('}'))
        {
            name = default;
            return false;
        }

        name = Text();
        Expect(':');
        return true;
    }

    /// <summary>Moves past the object's next member and returns true. After the last, leaves the object and returns false.</summary>
    /// <param name="name">Where its name stands, with quotes and escapes.</param>
    /// <param name="value">Where its value stands.</param>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    [MethodImpl(Hot.AtOnce)]
    public bool TryMember(out Range name, out Range value)
    {
        name = value = default;
        if (!TryElement('}'))
        {
            return false;
        }

        _ = Next();
        int start = _at;
        SkipString();
        name = start.._at;
        Expect(':');
        _ = Next();
        start = _at;
        Skip();
        value = start.._at;
        return true;
    }

    /// <summary>Enters the array that comes next and returns true. Moves past any other value and returns false.</summary>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    [MethodImpl(Hot.AtOnce)]
    public bool TryEnterArray()
    {
        if (Next() != '[')
        {
            Skip();
            return false;
        }

        Descend();
        return true;
    }

    /// <summary>Moves to the array's next item and returns true. After the last, leaves the array and returns false.</summary>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    [MethodImpl(Hot.AtOnce)]
    public bool TryItem() => TryElement(']');

    /// <summary>Reads the string that comes next and returns true. Moves past any other value and returns false.</summary>
    /// <param name="text">The string in UTF-8, without quotes and escapes.</param>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    [MethodImpl(Hot.AtOnce)]
    public bool TryText(out ReadOnlySpan<byte> text)
    {
        if (Next() != '"')
        {
            Skip();
            text = default;
            return false;
        }

        text = Text();
        return true;
    }

    /// <summary>Reads the string that comes next; null for any other value.</summary>
    /// <param name="usual">A frequent value. When the string equals it, this object is returned and no other is allocated.</param>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    /// <exception cref="ArgumentException">The string is not UTF-8.</exception>
    [MethodImpl(Hot.AtOnce)]
    public string? TextOrNull(string? usual = null)
        => !TryText(out ReadOnlySpan<byte> text) ? null
            : usual is not null && Ascii.Equals(text, usual) ? usual
            : s_strict.GetString(text);

    /// <summary>Reads the whole number that comes next; 0 for a value that is not a number.</summary>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    /// <exception cref="FormatException">The number has a fraction or an exponent, or does not fit into 64 bits.</exception>
    [MethodImpl(Hot.AtOnce)]
    public long Number() => NumberOrNull() ?? 0;

    /// <summary>Returns the whole number that comes next; null where another value comes.</summary>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    /// <exception cref="FormatException">The number is not whole, or too large.</exception>
    [MethodImpl(Hot.AtOnce)]
    public long? NumberOrNull()
    {
        bool isNumber = Next() is (byte)'-' or (>= (byte)'0' and <= (byte)'9');
        int start = _at;
        Skip();
        ReadOnlySpan<byte> digits = _json[start.._at];
        return !isNumber ? null
            : Utf8Parser.TryParse(digits, out long number, out int used) && used == digits.Length ? number
            : throw new FormatException("Not a whole number.");
    }

    /// <summary>Returns the exact bytes of the value that comes next.</summary>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    [MethodImpl(Hot.AtOnce)]
    public ReadOnlySpan<byte> Value()
    {
        _ = Next();
        int start = _at;
        Skip();
        return _json[start.._at];
    }

    /// <summary>Moves past the value that comes next.</summary>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    [MethodImpl(Hot.AtOnce)]
    public void Skip()
    {
        switch (Next())
        {
            case (byte)'{':
                Descend();
                while (TryElement('}'))
                {
                    SkipString();
                    Expect(':');
                    Skip();
                }

                break;
            case (byte)'[':
                Descend();
                while (TryElement(']'))
                {
                    Skip();
                }

                break;
            case (byte)'"':
                SkipString();
                break;
            case (byte)'t':
                Literal("true"u8);
                break;
            case (byte)'f':
                Literal("false"u8);
                break;
            case (byte)'n':
                Literal("null"u8);
                break;
            default:
                SkipNumber();
                break;
        }
    }

    /// <summary>Returns whether nothing but white space is left.</summary>
    public bool IsAtEnd()
    {
        SkipSpace();
        return _at == _json.Length;
    }
}
