using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace ClaudeBatch.Core.Json;

/// <summary>Goes through one JSON value from front to back, as strictly as <see cref="Utf8JsonReader"/>, and takes what is asked for.</summary>
/// <remarks>
/// For what is done once a line of results. The runtime brings a library's code to full speed in steps, and a process that collects a
/// batch in a second is over before it has come to the last (docs/performance.md); this is compiled at its first call, once and for all.
/// Its tests hold it against Utf8JsonReader on lines that were damaged in every way.
/// </remarks>
internal ref partial struct JsonScanner(ReadOnlySpan<byte> json)
{
    /// <summary>For whatever runs once a line.</summary>
    internal const MethodImplOptions AtOnce = MethodImplOptions.AggressiveOptimization;

    /// <summary>As deep as Utf8JsonReader goes by default.</summary>
    private const int MostDepth = 64;

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _json = json;

    private int _at;

    // Where the last string began, behind its quote.
    private int _start;

    private int _depth;

    private bool _isFirst;

    /// <summary>Goes into the object that comes next. Anything else is gone past.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    [MethodImpl(AtOnce)]
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

    /// <summary>Goes to the value of the object's next property, and out of the object when there is none.</summary>
    /// <param name="name">Without its quotes.</param>
    /// <exception cref="JsonException">It is not JSON.</exception>
    [MethodImpl(AtOnce)]
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

    /// <summary>Takes the string that comes next. Anything else is gone past.</summary>
    /// <param name="text">Without its quotes.</param>
    /// <exception cref="JsonException">It is not JSON.</exception>
    [MethodImpl(AtOnce)]
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

    /// <summary>Takes the string that comes next; null for anything else.</summary>
    /// <param name="usual">What it often is: then this very object is given back.</param>
    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <exception cref="ArgumentException">It is not UTF-8.</exception>
    [MethodImpl(AtOnce)]
    public string? TextOrNull(string? usual = null)
        => !TryText(out ReadOnlySpan<byte> text) ? null
            : usual is not null && Ascii.Equals(text, usual) ? usual
            : s_strict.GetString(text);

    /// <summary>Takes the whole number that comes next; 0 for anything that is no number.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <exception cref="FormatException">A fraction, or too large.</exception>
    [MethodImpl(AtOnce)]
    public long Number()
    {
        bool isNumber = Next() is (byte)'-' or (>= (byte)'0' and <= (byte)'9');
        int start = _at;
        Skip();
        ReadOnlySpan<byte> digits = _json[start.._at];
        return !isNumber ? 0
            : Utf8Parser.TryParse(digits, out long number, out int used) && used == digits.Length ? number
            : throw new FormatException("Not a whole number.");
    }

    /// <summary>Takes the value that comes next as it stands, whatever it is.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    [MethodImpl(AtOnce)]
    public ReadOnlySpan<byte> Value()
    {
        _ = Next();
        int start = _at;
        Skip();
        return _json[start.._at];
    }

    /// <summary>Goes past the value that comes next.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    [MethodImpl(AtOnce)]
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

    /// <summary>Only white space is left.</summary>
    public bool IsAtEnd()
    {
        SkipSpace();
        return _at == _json.Length;
    }
}
