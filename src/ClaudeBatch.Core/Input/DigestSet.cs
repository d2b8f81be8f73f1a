using System.Runtime.CompilerServices;

namespace ClaudeBatch.Core.Input;

/// <summary>A set of digests that takes about 28 bytes for each, so that those of a hundred thousand are few megabytes.</summary>
/// <remarks>
/// A <see cref="HashSet{T}"/> of digests takes up to 58 bytes for each, and half of that more while it grows. Here, entries are in blocks
/// that are never copied.
/// </remarks>
internal sealed class DigestSet
{
    private const int BlockBits = 12;

    private const int BlockSize = 1 << BlockBits;

    private readonly List<Entry[]> _blocks = [];

    // The number of the first entry of each chain, from 1; 0 for an empty chain. Digests are evenly distributed, so no hash is computed.
    private int[] _chains = new int[BlockSize];

    public int Count { get; private set; }

    /// <summary>Adds a digest.</summary>
    /// <returns>True when the digest was added, false when the set has it already.</returns>
    [MethodImpl(Hot.AtOnce)]
    public bool Add(ContentDigest digest) => PlaceOf(digest, out bool isNew) >= 0 && isNew;

    /// <summary>Gives the place of a digest: how many were added before it. It is added where it is new.</summary>
    [MethodImpl(Hot.AtOnce)]
    public int PlaceOf(ContentDigest digest, out bool isNew)
    {
        isNew = false;
        for (int at = _chains[ChainOf(digest.Low)]; at != 0; at = EntryAt(at).Next)
        {
            if (EntryAt(at).Digest == digest)
            {
                return at - 1;
            }
        }

        isNew = true;
        if (Count == _chains.Length)
        {
            Grow();
        }

        if (Count == _blocks.Count << BlockBits) // else there is room, where others were before
        {
            _blocks.Add(new Entry[BlockSize]);
        }

        Count++;
        EntryAt(Count) = new Entry(digest);
        Link(Count);
        return Count - 1;
    }

    /// <summary>Copies the digests in the order in which they were added.</summary>
    public void CopyTo(Span<ContentDigest> digests)
    {
        for (int at = 1; at <= Count; at++)
        {
            digests[at - 1] = EntryAt(at).Digest;
        }
    }

    /// <summary>Forgets all digests. Their room is used again.</summary>
    public void Clear()
    {
        Count = 0;
        Array.Clear(_chains);
    }

    private void Grow()
    {
        _chains = new int[_chains.Length * 2];
        for (int at = 1; at <= Count; at++)
        {
            Link(at);
        }
    }

    private void Link(int at)
    {
        ref Entry entry = ref EntryAt(at);
        ref int chain = ref _chains[ChainOf(entry.Digest.Low)];
        entry.Next = chain;
        chain = at;
    }

    private ref Entry EntryAt(int at) => ref _blocks[(at - 1) >> BlockBits][(at - 1) & (BlockSize - 1)];

    private int ChainOf(ulong low) => (int)(low & (ulong)(_chains.Length - 1));

    private struct Entry(ContentDigest digest)
    {
        public readonly ContentDigest Digest = digest;

        public int Next;
    }
}
