using System.Buffers.Binary;
using System.Text.Unicode;

namespace ClaudeBatch.Core.Requests;

/// <summary>The type of a file and the size of an image, both read from the beginning of the file's content.</summary>
/// <param name="MediaType">The media type, such as <c>image/png</c>; empty where the service does not take such a file.</param>
/// <param name="Width">The width of an image in pixels; 0 where it is not known.</param>
/// <param name="Height">The height of an image in pixels; 0 where it is not known.</param>
internal readonly record struct FileSignature(string MediaType, int Width, int Height)
{
    // So many bytes are read, because long metadata may come before the size of the image in a JPEG file.
    private const int HeadSize = 256 * 1024;

    private static ReadOnlySpan<byte> Png => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    private static ReadOnlySpan<byte> JpegStart => [0xFF, 0xD8, 0xFF];

    public bool IsImage => MediaType.StartsWith("image/", StringComparison.Ordinal);

    public static FileSignature Of(Stream file)
    {
        byte[] buffer = new byte[(int)Math.Min(HeadSize, Math.Max(1, file.Length))];
        int count = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return Of(buffer.AsSpan(0, count));
    }

    private static FileSignature Of(ReadOnlySpan<byte> head)
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

        if (head.StartsWith("RIFF"u8) && head.Length >= 30 && head[8..].StartsWith("WEBP"u8))
        {
            return WebP(head);
        }

        if (head.StartsWith(JpegStart))
        {
            return Jpeg(head);
        }

        if (head.StartsWith("%PDF-"u8))
        {
            return new FileSignature("application/pdf", 0, 0);
        }

        return IsText(head) ? new FileSignature("text/plain", 0, 0) : new FileSignature(string.Empty, 0, 0);
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
    // before it.
    private static FileSignature Jpeg(ReadOnlySpan<byte> head)
    {
        int at = 2;
        while (at + 9 < head.Length && head[at] == 0xFF)
        {
            byte marker = head[at + 1];
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                return new FileSignature(
                    "image/jpeg", BinaryPrimitives.ReadUInt16BigEndian(head[(at + 7)..]), BinaryPrimitives.ReadUInt16BigEndian(
                        head[(at + 5)..]));
            }

            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(head[(at + 2)..]);
        }

        return new FileSignature("image/jpeg", 0, 0);
    }

    private static bool IsText(ReadOnlySpan<byte> head)
    {
        // The bytes that were read may end in the middle of a character, which has at most four bytes.
        for (int cut = 0; cut < 4 && cut < head.Length; cut++)
        {
            if (Utf8.IsValid(head[..^cut]))
            {
                return !head.Contains((byte)0) && !head.IsEmpty;
            }
        }

        return false;
    }
}
