using System.Globalization;
using System.Text;

namespace ClaudeBatch.Output;

/// <summary>Writes texts so that a cell of a workbook has them back as they were.</summary>
internal static class XlsxText
{
    /// <summary>The most characters that a cell has.</summary>
    public const int Longest = 32_767;

    /// <summary>
    /// Gives the text of a cell as it stands in the XML, where <c>_x0001_</c> is a character that XML has not, or would change, and
    /// <c>_x005F_</c> is the first character of a text that would be read as one.
    /// </summary>
    /// <param name="text">The text of the cell.</param>
    /// <param name="isCut">Whether the text is longer than a cell may be, and was cut.</param>
    public static string Of(string text, out bool isCut)
    {
        isCut = text.Length > Longest;
        if (isCut)
        {
            text = text[..(char.IsHighSurrogate(text[Longest - 1]) ? Longest - 1 : Longest)];
        }

        StringBuilder escaped = new(text.Length);
        for (int at = 0; at < text.Length; at++)
        {
            char sign = text[at];
            if (sign is (< ' ' and not '\t' and not '\n') or '\uFFFE' or '\uFFFF' || (sign == '_' && IsEscape(text.AsSpan(at))))
            {
                escaped.Append(CultureInfo.InvariantCulture, $"_x{(int)sign:X4}_");
            }
            else
            {
                escaped.Append(sign);
            }
        }

        return escaped.ToString();
    }

    private static bool IsEscape(ReadOnlySpan<char> text)
        => text is ['_', 'x', var a, var b, var c, var d, '_', ..]
            && char.IsAsciiHexDigit(a) && char.IsAsciiHexDigit(b) && char.IsAsciiHexDigit(c) && char.IsAsciiHexDigit(d);
}
