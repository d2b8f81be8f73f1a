using System.Text;
using System.Text.Json;

namespace ClaudeBatch.Core.Json;

/// <summary>
/// Reads strings of JSON that may be no text: half of a surrogate pair, and bytes that are not UTF-8, become U+FFFD each.
/// </summary>
public static class MendedText
{
    /// <summary>Gives the string, or the name of a property, that the reader stands on.</summary>
    /// <param name="reader">A reader of one span.</param>
    /// <param name="isMended">Whether U+FFFD stands for something in it.</param>
    public static string Read(ref Utf8JsonReader reader, out bool isMended)
    {
        try
        {
            isMended = false;
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            isMended = true;
            return Mended(reader.ValueSpan);
        }
    }

    /// <summary>Tells whether the reader stands on this string, whatever else may stand there.</summary>
    /// <param name="reader">A reader of one span.</param>
    /// <param name="text">The string in UTF-8.</param>
    public static bool Equals(ref Utf8JsonReader reader, ReadOnlySpan<byte> text)
        => reader.ValueIsEscaped
            ? Read(ref reader, out _) == Encoding.UTF8.GetString(text)
            : reader.ValueSpan.SequenceEqual(text);

    private static string Mended(ReadOnlySpan<byte> escaped)
    {
        StringBuilder read = new();
        while (!escaped.IsEmpty)
        {
            int plain = escaped.IndexOf((byte)'\\');
            plain = plain < 0 ? escaped.Length : plain;
            read.Append(Encoding.UTF8.GetString(escaped[..plain]));
            escaped = escaped[plain..];
            if (!escaped.IsEmpty)
            {
                read.Append(JsonTexts.Escaped(escaped, out int length));
                escaped = escaped[length..];
            }
        }

        StringBuilder mended = new(read.Length);
        foreach (Rune rune in read.ToString().EnumerateRunes()) // gives U+FFFD for half of a pair
        {
            mended.Append(rune.ToString());
        }

        return mended.ToString();
    }
}
