using System.Globalization;
using System.Text;

namespace ClaudeBatch.Emulator;

/// <summary>Finds half of a surrogate pair in JSON, such as <c>\ud800</c> alone, which the service's parser does not take.</summary>
internal static class TextCheck
{
    private const int EscapeLength = 6;

    /// <exception cref="ServiceError">There is one; the words are the service's, which adds the place.</exception>
    public static void ThrowIfHalf(ReadOnlySpan<byte> json)
    {
        int at = 0;
        for (int next = Next(json, at); next >= 0; next = Next(json, at))
        {
            char first = Code(json, next);
            bool isPair = char.IsHighSurrogate(first) && char.IsLowSurrogate(Code(json, next + EscapeLength));
            if (char.IsSurrogate(first) && !isPair)
            {
                throw ServiceError.Invalid("The request body is not valid JSON: no low surrogate in string");
            }

            at = next + (isPair ? 2 * EscapeLength : json[next + 1] == 'u' ? EscapeLength : 2);
        }
    }

    // The place of the next escape; -1 where there is none.
    private static int Next(ReadOnlySpan<byte> json, int at)
    {
        int found = at < json.Length ? json[at..].IndexOf((byte)'\\') : -1;
        return found < 0 || at + found + 1 >= json.Length ? -1 : at + found;
    }

    private static char Code(ReadOnlySpan<byte> json, int at)
        => at + EscapeLength <= json.Length && json[at] == '\\' && json[at + 1] == 'u'
            && ushort.TryParse(
                Encoding.Latin1.GetString(json.Slice(at + 2, EscapeLength - 2)),
                NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture,
                out ushort code)
            ? (char)code
            : '\0';
}
