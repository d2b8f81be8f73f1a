using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ClaudeBatch.Core.Input;

/// <summary>The first 128 bits of a SHA-256. By chance, two different requests do not have the same digest.</summary>
/// <remarks>
/// It is no <see cref="UInt128"/>: methods that pass one cannot be compiled ahead, and it is aligned to 16 bytes, which makes a table of
/// them a third larger.
/// </remarks>
/// <param name="High">The first 64 bits.</param>
/// <param name="Low">The second 64 bits.</param>
internal readonly record struct ContentDigest(ulong High, ulong Low)
{
    /// <summary>The length of a stored digest in bytes.</summary>
    public const int Length = 16;

    public static ContentDigest Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return Read(hash);
    }

    public static ContentDigest Of(string text)
    {
        Span<byte> buffer = stackalloc byte[256];
        return text.Length <= 64
            ? Of(buffer[..Encoding.UTF8.GetBytes(text, buffer)])
            : Of(Encoding.UTF8.GetBytes(text));
    }

    public static ContentDigest Read(ReadOnlySpan<byte> stored)
        => new(BinaryPrimitives.ReadUInt64BigEndian(stored), BinaryPrimitives.ReadUInt64BigEndian(stored[8..]));

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Length];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8), Low);
        return bytes;
    }
}
