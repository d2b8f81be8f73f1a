using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using ClaudeBatch.Core;

namespace ClaudeBatch.Report;

/// <content>Writes single values: cut, and so that nothing in them ends the element they stand in.</content>
internal sealed partial class ReportRows
{
    // JavaScript has no more digits; a longer number is shown as it stands.
    private const int LongestNumber = 15;

    private const int LengthOfEscape = 6;

    private const int MostBytesOfCharacter = 4;

    // What is neither a text nor a short number is shown as the JSON that it is.
    [MethodImpl(Hot.AtOnce)]
    private void Value(ReadOnlySpan<byte> json)
    {
        if (json is [(byte)'"', .. var text, (byte)'"'])
        {
            Escaped(text);
        }
        else if (json is [(byte)'n' or (byte)'t' or (byte)'f', ..]
            || (json[0] is not ((byte)'{' or (byte)'[') && json.Length <= LongestNumber && json.IndexOfAny((byte)'e', (byte)'E') < 0))
        {
            Write(json);
        }
        else
        {
            Text(Encoding.UTF8.GetString(json[..Math.Min(json.Length, Html.MostCharacters * MostBytesOfCharacter)]));
        }
    }

    /// <summary>Copies what stands between the quotes of a string of JSON, cut after 500 characters.</summary>
    [MethodImpl(Hot.AtOnce)]
    private void Escaped(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> kept = text.Length <= Html.MostCharacters ? text : text[..CutOf(text)];
        Write("\""u8);
        Safe(kept);
        Write(kept.Length < text.Length ? "…\""u8 : "\""u8);
    }

    // Gives the length in bytes of the first characters: no escape, no character and no pair of surrogates is cut in two.
    [MethodImpl(Hot.AtOnce)]
    private static int CutOf(ReadOnlySpan<byte> text)
    {
        int at = 0;
        for (int characters = 0; at < text.Length && characters < Html.MostCharacters; characters++)
        {
            byte first = text[at];
            int length = first != '\\' ? (first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : MostBytesOfCharacter)
                : text[at + 1] == 'u' ? LengthOfEscape : 2;
            bool isHigh = length == LengthOfEscape && IsHighEscape(text[(at + 2)..]);
            at += length;
            if (isHigh && text[at..].StartsWith("\\u"u8))
            {
                at += LengthOfEscape;
            }
        }

        return Math.Min(at, text.Length);
    }

    // Of \ud800 to \udbff.
    private static bool IsHighEscape(ReadOnlySpan<byte> digits)
        => (digits[0] | 0x20) == 'd' && (digits[1] is (byte)'8' or (byte)'9' || (digits[1] | 0x20) is 'a' or 'b');

    // A '<' could end the script element or hide its end, and some readers of JSON take U+2028 for the end of a line.
    [MethodImpl(Hot.AtOnce)]
    private void Safe(ReadOnlySpan<byte> text)
    {
        for (int at = text.IndexOfAny((byte)'<', (byte)0xE2); at >= 0; at = text.IndexOfAny((byte)'<', (byte)0xE2))
        {
            Write(text[..at]);
            text = text[at..];
            bool isLine = text is [0xE2, 0x80, 0xA8 or 0xA9, ..];
            Write(text[0] == '<' ? "\\u003c"u8 : isLine ? (text[2] == 0xA8 ? "\\u2028"u8 : "\\u2029"u8) : text[..1]);
            text = text[(isLine ? 3 : 1)..];
        }

        Write(text);
    }

    private void TextOrNone(string? text)
    {
        if (text is null)
        {
            Write("null"u8);
        }
        else
        {
            Text(text);
        }
    }

    // The encoder of JSON escapes whatever could be markup.
    private void Text(string text)
    {
        bool isCut = text.Length > Html.MostCharacters;
        JsonEncodedText encoded = JsonEncodedText.Encode(Mended(isCut ? text.AsSpan(0, Html.MostCharacters) : text));
        Write("\""u8);
        Write(encoded.EncodedUtf8Bytes);
        Write(isCut ? "…\""u8 : "\""u8);
    }

    // Half of a pair of surrogates is no text, and what was cut may end with one.
    private static ReadOnlySpan<char> Mended(ReadOnlySpan<char> text)
        => text.IndexOfAnyInRange('\ud800', '\udfff') < 0 ? text : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.ToArray()));

    [MethodImpl(Hot.AtOnce)]
    private void Number(int number)
    {
        Span<byte> room = _block.GetSpan(11);
        number.TryFormat(room, out int written, provider: CultureInfo.InvariantCulture);
        _block.Advance(written);
    }

    [MethodImpl(Hot.AtOnce)]
    private void Cost(decimal? dollars)
    {
        if (dollars is not { } known)
        {
            Write("null"u8);
            return;
        }

        Span<byte> room = _block.GetSpan(32);
        known.TryFormat(room, out int written, "0.############", CultureInfo.InvariantCulture);
        _block.Advance(written);
    }

    [MethodImpl(Hot.AtOnce)]
    private void Comma() => Write(","u8);

    [MethodImpl(Hot.AtOnce)]
    private void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_block.GetSpan(bytes.Length));
        _block.Advance(bytes.Length);
    }
}
