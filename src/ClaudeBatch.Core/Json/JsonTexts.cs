using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text;

namespace ClaudeBatch.Core.Json;

/// <summary>Looks at the texts in JSON as they stand there, escapes included, and makes no string of any.</summary>
internal static class JsonTexts
{
    private const int EscapeLength = 6;

    /// <summary>
    /// Tells whether a text in the JSON has half of a surrogate pair, such as <c>\ud800</c> alone. It is no text, and the service refuses
    /// the whole body that it is in.
    /// </summary>
    public static bool HaveHalfPair(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("\\u"u8) < 0)
        {
            return false;
        }

        for (int at = json.IndexOf((byte)'\\'); at >= 0 && at + 1 < json.Length; at = json.IndexOf((byte)'\\'))
        {
            json = json[at..];
            char first = Escaped(json, out int length);
            json = json[length..];
            if (char.IsLowSurrogate(first) || (char.IsHighSurrogate(first) && !char.IsLowSurrogate(Escaped(json, out length))))
            {
                return true;
            }

            json = char.IsHighSurrogate(first) ? json[length..] : json;
        }

        return false;
    }

    /// <summary>Tells whether a text has nothing but white space in it.</summary>
    /// <param name="text">What stands between the quotes.</param>
    public static bool IsBlank(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            int length;
            if (text[0] == '\\')
            {
                if (!char.IsWhiteSpace(Escaped(text, out length)))
                {
                    return false;
                }
            }
            else
            {
                _ = Rune.DecodeFromUtf8(text, out Rune rune, out length);
                if (!Rune.IsWhiteSpace(rune))
                {
                    return false;
                }
            }

            text = text[length..];
        }

        return true;
    }

    /// <summary>Gives the character of the escape that the text begins with; one that is no half where it begins with none.</summary>
    [MethodImpl(Hot.AtOnce)]
    internal static char Escaped(ReadOnlySpan<byte> text, out int length)
    {
        length = 0;
        if (text.Length < 2 || text[0] != '\\')
        {
            return '\0';
        }

        if (text[1] == 'u' && text.Length >= EscapeLength
            && Utf8Parser.TryParse(text[2..EscapeLength], out ushort code, out int read, 'x') && read == EscapeLength - 2)
        {
            length = EscapeLength;
            return (char)code;
        }

        length = 2;
        return (char)text[1] switch
        {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'f' => '\f',
            'b' => '\b',
            char other => other,
        };
    }
}
