using System.Buffers;
using System.Runtime.CompilerServices;
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

    /// <summary>
    /// Writes in UTF-8 what a string of JSON says, without a string of it. Returns false and writes nothing where that is not simple: a pair
    /// of surrogates or half of one may be escaped in it.
    /// </summary>
    /// <param name="escaped">What stands between the quotes, which is valid.</param>
    /// <param name="text">Takes the text.</param>
    public static bool TryWrite(ReadOnlySpan<byte> escaped, IBufferWriter<byte> text)
    {
        // An escape is longer than what it stands for.
        bool isSimple = TryWrite(escaped, text.GetSpan(escaped.Length), out int written);
        text.Advance(written);
        return isSimple;
    }

    /// <inheritdoc cref="TryWrite(ReadOnlySpan{byte}, IBufferWriter{byte})"/>
    /// <param name="escaped">What stands between the quotes, which is valid.</param>
    /// <param name="to">Gets the text; at least as long as it is escaped.</param>
    /// <param name="written">The length of the text.</param>
    [MethodImpl(Hot.AtOnce)]
    public static bool TryWrite(ReadOnlySpan<byte> escaped, Span<byte> to, out int written)
    {
        written = 0;
        if (escaped.IndexOf(@"\ud"u8) >= 0 || escaped.IndexOf(@"\uD"u8) >= 0)
        {
            return false;
        }

        for (int plain = escaped.IndexOf((byte)'\\'); plain >= 0; plain = escaped.IndexOf((byte)'\\'))
        {
            escaped[..plain].CopyTo(to[written..]);
            Rune rune = new(JsonTexts.Escaped(escaped[plain..], out int length));
            written += plain + rune.EncodeToUtf8(to[(written + plain)..]);
            escaped = escaped[(plain + length)..];
        }

        escaped.CopyTo(to[written..]);
        written += escaped.Length;
        return true;
    }

    /// <summary>
    /// Gives the text of a string of JSON. Returns false where that is not simple: a pair of surrogates or half of one may be escaped in it.
    /// </summary>
    /// <param name="escaped">What stands between the quotes, which is valid.</param>
    /// <param name="text">The text; null where it is not simple.</param>
    [MethodImpl(Hot.AtOnce)]
    public static bool TryRead(ReadOnlySpan<byte> escaped, out string? text)
    {
        if (escaped.IndexOf((byte)'\\') < 0)
        {
            text = Encoding.UTF8.GetString(escaped);
            return true;
        }

        byte[] room = ArrayPool<byte>.Shared.Rent(escaped.Length);
        bool isSimple = TryWrite(escaped, room, out int length);
        text = isSimple ? Encoding.UTF8.GetString(room, 0, length) : null;
        ArrayPool<byte>.Shared.Return(room);
        return isSimple;
    }

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
