using System.Numerics;
using System.Runtime.CompilerServices;

namespace ClaudeBatch.Core.Input;

/// <summary>A Bloom filter of digests: it may take one for another, and never forgets one.</summary>
/// <remarks>
/// All bits of a digest are in one block of 64 bytes, so that a question touches one line of the processor's cache. With 16 bits for each
/// digest and six of them set, two or three of a thousand new digests are taken for others. Digests are evenly distributed, so that their bits
/// serve as they are.
/// </remarks>
internal sealed class DigestFilter
{
    private const int BitsOfEach = 16;

    private const int WordsOfBlock = 8;

    private const int Marks = 6;

    private const int BitsOfMark = 9;

    private readonly ulong[] _words;

    // How far the first half of a digest is shifted to give the number of its block.
    private readonly int _shift;

    /// <param name="capacity">How many digests it is made for.</param>
    public DigestFilter(long capacity)
    {
        ulong blocks = BitOperations.RoundUpToPowerOf2((ulong)Math.Max(2, capacity * BitsOfEach / (64 * WordsOfBlock)));
        _words = new ulong[blocks * WordsOfBlock];
        _shift = 64 - BitOperations.Log2(blocks);
        Capacity = (long)blocks * WordsOfBlock * 64 / BitsOfEach;
    }

    private DigestFilter() => _words = [];

    /// <summary>A filter of nothing.</summary>
    public static DigestFilter Empty { get; } = new();

    /// <summary>How many digests it takes before it takes too many for others.</summary>
    public long Capacity { get; }

    public void Add(ReadOnlySpan<ContentDigest> digests)
    {
        foreach (ContentDigest digest in digests)
        {
            int block = BlockOf(digest);
            for (int mark = 0; mark < Marks; mark++)
            {
                (int word, ulong bit) = PlaceOf(digest, mark);
                _words[block + word] |= bit;
            }
        }
    }

    /// <summary>Whether a digest may be among those that were added. False is certain.</summary>
    [MethodImpl(Hot.AtOnce)]
    public bool MayHave(ContentDigest digest)
    {
        if (_words.Length == 0)
        {
            return false;
        }

        int block = BlockOf(digest);
        for (int mark = 0; mark < Marks; mark++)
        {
            (int word, ulong bit) = PlaceOf(digest, mark);
            if ((_words[block + word] & bit) == 0)
            {
                return false;
            }
        }

        return true;
    }

    private int BlockOf(ContentDigest digest) => (int)(digest.High >> _shift) * WordsOfBlock;

    private static (int Word, ulong Bit) PlaceOf(ContentDigest digest, int mark)
    {
        int place = (int)(digest.Low >> (mark * BitsOfMark)) & ((1 << BitsOfMark) - 1);
        return (place >> 6, 1UL << (place & 63));
    }
}
