using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ClaudeBatch.Core.Input;

/// <summary>The first 128 bits of a SHA-256. By chance, two different requests do not have the same digest.</summary>
internal static class ContentDigest
{
    /// <summary>The length of a stored digest in bytes.</summary>
    public const int Length = 16;

    public static UInt128 Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    public static UInt128 Of(string text)
    {
        Span<byte> buffer = stackalloc byte[256];
        return text.Length <= 64
            ? Of(buffer[..Encoding.UTF8.GetBytes(text, buffer)])
            : Of(Encoding.UTF8.GetBytes(text));
    }

    public static UInt128 Read(ReadOnlySpan<byte> stored) => BinaryPrimitives.ReadUInt128BigEndian(stored);

    public static byte[] ToBytes(UInt128 digest)
    {
        byte[] bytes = new byte[Length];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, digest);
        return bytes;
    }
}
