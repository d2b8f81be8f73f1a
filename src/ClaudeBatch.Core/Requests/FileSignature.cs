using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace ClaudeBatch.Core.Requests;

/// <summary>The type of a file and the size of an image, both read from the file's content and not from its name.</summary>
/// <param name="MediaType">The media type, such as <c>image/png</c>; empty where the service does not take such a file.</param>
/// <param name="Width">The width of an image in pixels; 0 where it is not known.</param>
/// <param name="Height">The height of an image in pixels; 0 where it is not known.</param>
/// <param name="Fault">A sentence that says why the file is no text in UTF-8; null for every other file.</param>
internal readonly record struct FileSignature(string MediaType, int Width = 0, int Height = 0, string? Fault = null)
{
    // A PDF may have other bytes before its header, which is looked for in the first 1024 bytes, as its end mark is in the last 1024
    // (Adobe, "PDF Reference", sixth edition, appendix H.3, notes 13 and 18).
    private const int PdfReach = 1024;

    private const int ChunkSize = 64 * 1024;

    private static ReadOnlySpan<byte> Png => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    private static ReadOnlySpan<byte> JpegStart => [0xFF, 0xD8, 0xFF];

    public bool IsImage => MediaType.StartsWith("image/", StringComparison.Ordinal);

    /// <summary>Reads as much of a file as its type takes: a text is read to its end.</summary>
    /// <param name="file">The file, which can be read from any position.</param>
    public static FileSignature Of(Stream file)
    {
        byte[] buffer = new byte[PdfReach];
        ReadOnlySpan<byte> head = buffer.AsSpan(0, file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false));
        return Image(head)
            ?? (head.StartsWith(JpegStart) ? Jpeg(file)
                : IsPdf(head, file) ? new FileSignature("application/pdf")
                : TextFault(file) is { } fault ? new FileSignature(string.Empty, Fault: fault)
                : new FileSignature("text/plain"));
    }

    private static FileSignature? Image(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith(Png) && head.Length >= 24)
        {
            return new FileSignature(
                "image/png",
                BinaryPrimitives.ReadInt32BigEndian(head[16..]),
                BinaryPrimitives.ReadInt32BigEndian(head[20..]));
        }

        if ((head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8)) && head.Length >= 10)
        {
            return new FileSignature(
                "image/gif",
                BinaryPrimitives.ReadUInt16LittleEndian(head[6..]),
                BinaryPrimitives.ReadUInt16LittleEndian(head[8..]));
        }

        return head.StartsWith("RIFF"u8) && head.Length >= 30 && head[8..].StartsWith("WEBP"u8) ? WebP(head) : null;
    }

    private static FileSignature WebP(ReadOnlySpan<byte> head)
    {
        (int width, int height) = head[12..16] switch
        {
            [(byte)'V', (byte)'P', (byte)'8', (byte)'X'] => (1 + Number24(head[24..]), 1 + Number24(head[27..])),
            [(byte)'V', (byte)'P', (byte)'8', (byte)' '] => (
                BinaryPrimitives.ReadUInt16LittleEndian(head[26..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(head[28..]) & 0x3FFF),
            [(byte)'V', (byte)'P', (byte)'8', (byte)'L'] => Lossless(BinaryPrimitives.ReadUInt32LittleEndian(head[21..])),
            _ => (0, 0),
        };
        return new FileSignature("image/webp", width, height);
    }

    private static (int Width, int Height) Lossless(uint bits) => (1 + (int)(bits & 0x3FFF), 1 + (int)((bits >> 14) & 0x3FFF));

    private static int Number24(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);

    // The size is in the first frame header, which has a marker from 0xC0 to 0xCF except 0xC4, 0xC8 and 0xCC. Segments of any length come
    // before it, and any number of fill bytes, 0xFF, before each marker (ITU-T T.81, B.1.1.2).
    private static FileSignature Jpeg(Stream file)
    {
        Span<byte> segment = stackalloc byte[7];
        file.Position = 2;
        while (file.ReadByte() == 0xFF)
        {
            int marker;
            do
            {
                marker = file.ReadByte();
            }
            while (marker == 0xFF);

            if (marker is 0x01 or (>= 0xD0 and <= 0xD8))
            {
                continue; // a marker that no segment follows
            }

            int length = file.ReadAtLeast(segment, segment.Length, throwOnEndOfStream: false) == segment.Length
                ? BinaryPrimitives.ReadUInt16BigEndian(segment)
                : 0;
            if (length < 2)
            {
                break;
            }

            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                return new FileSignature(
                    "image/jpeg", BinaryPrimitives.ReadUInt16BigEndian(segment[5..]), BinaryPrimitives.ReadUInt16BigEndian(segment[3..]));
            }

            file.Position += length - segment.Length;
        }

        return new FileSignature("image/jpeg");
    }

    // A text that is about PDFs has the header's characters, too, but not the end mark as its end.
    private static bool IsPdf(ReadOnlySpan<byte> head, Stream file)
    {
        int at = head.IndexOf("%PDF-"u8);
        if (at <= 0)
        {
            return at == 0;
        }

        byte[] tail = new byte[PdfReach];
        file.Position = Math.Max(0, file.Length - tail.Length);
        int count = file.ReadAtLeast(tail, tail.Length, throwOnEndOfStream: false);
        return tail.AsSpan(0, count).IndexOf("%%EOF"u8) >= 0;
    }

    private static string? TextFault(Stream file)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ChunkSize);
        try
        {
            int carried = 0;
            long position = 0;
            file.Position = 0;
            while (true)
            {
                int wanted = buffer.Length - carried;
                int count = file.ReadAtLeast(buffer.AsSpan(carried, wanted), wanted, throwOnEndOfStream: false);
                ReadOnlySpan<byte> bytes = buffer.AsSpan(0, carried + count);
                bool isLast = count < wanted;
                if (position == 0 && bytes.IsEmpty)
                {
                    return "It is empty.";
                }

                int whole = WholeCharacters(bytes, isLast);
                int nul = bytes[..whole].IndexOf((byte)0);
                if (nul >= 0 || whole < bytes.Length - (isLast ? 0 : 3))
                {
                    return TextFault(bytes, position, nul >= 0 ? nul : whole);
                }

                if (isLast)
                {
                    return null;
                }

                carried = bytes.Length - whole;
                position += whole;
                bytes[whole..].CopyTo(buffer);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Gives the length in bytes of the valid characters at the beginning; a character that is cut off at the end is none.</summary>
    private static int WholeCharacters(ReadOnlySpan<byte> bytes, bool isLast)
    {
        // A character has at most four bytes, so at most three of one that is cut off are there.
        for (int cut = 0; cut < (isLast ? 1 : 4) && cut < bytes.Length; cut++)
        {
            if (Utf8.IsValid(bytes[..^cut]))
            {
                return bytes.Length - cut;
            }
        }

        int length = 0;
        while (Rune.DecodeFromUtf8(bytes[length..], out _, out int consumed) == OperationStatus.Done)
        {
            length += consumed;
        }

        return length;
    }

    private static string TextFault(ReadOnlySpan<byte> bytes, long position, int at)
    {
        ReadOnlySpan<byte> little = [0xFF, 0xFE], big = [0xFE, 0xFF];
        return position == 0 && (bytes.StartsWith(little) || bytes.StartsWith(big))
            ? "It is text in UTF-16; save it as UTF-8."
            : string.Create(
                CultureInfo.InvariantCulture,
                $"As text it fails at byte {position + at + 1}, which is {(bytes[at] == 0 ? "NUL" : $"0x{bytes[at]:X2} and no UTF-8 there")}.");
    }
}
