using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace ClaudeBatch.Core.Input;

/// <summary>A digest of 128 bits: of content the first half of its SHA-256. By chance, two different requests or ids do not have the same digest.</summary>
/// <remarks>
/// It is no <see cref="UInt128"/>: methods that pass one cannot be compiled ahead, and it is aligned to 16 bytes, which makes a table of
/// them a third larger.
/// </remarks>
/// <param name="High">The first 64 bits.</param>
/// <param name="Low">The second 64 bits.</param>
public readonly record struct ContentDigest(ulong High, ulong Low)
{
    private static readonly long s_seed = BinaryPrimitives.ReadInt64BigEndian(RandomNumberGenerator.GetBytes(sizeof(long)));

    /// <summary>The length of a stored digest in bytes.</summary>
    public const int Length = 16;

    [MethodImpl(Hot.AtOnce)]
    public static ContentDigest Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return Read(hash);
    }

    /// <summary>Gives a digest by which ids are found in memory.</summary>
    /// <remarks>
    /// It is no SHA-256, which takes longer than all else that is done with an id. It is another one in each process, so that nobody can prepare
    /// two ids that have the same.
    /// </remarks>
    [MethodImpl(Hot.AtOnce)]
    public static ContentDigest OfId(string id)
    {
        Span<byte> buffer = stackalloc byte[256];
        ReadOnlySpan<byte> utf8 = id.Length <= 64 ? buffer[..Encoding.UTF8.GetBytes(id, buffer)] : Encoding.UTF8.GetBytes(id);
        Span<byte> hash = stackalloc byte[Length];
        XxHash128.Hash(utf8, hash, s_seed);
        return Read(hash);
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
