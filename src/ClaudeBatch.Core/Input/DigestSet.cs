namespace ClaudeBatch.Core.Input;

/// <summary>Digests that were met, in about 28 bytes each: a million of them stay in memory while an input is read.</summary>
/// <remarks>A <see cref="HashSet{T}"/> of them takes up to 58, and half of that again while it grows. They are kept in blocks, which never move.</remarks>
internal sealed class DigestSet
{
    private const int BlockBits = 12;

    private const int BlockSize = 1 << BlockBits;

    private readonly List<Entry[]> _blocks = [];

    // The first entry of each chain, from 1; the digests are spread evenly already.
    private int[] _chains = new int[BlockSize];

    public int Count { get; private set; }

    /// <returns>False when it is there already.</returns>
    public bool Add(UInt128 digest)
    {
        (ulong high, ulong low) = ((ulong)(digest >> 64), (ulong)digest);
        for (int at = _chains[ChainOf(low)]; at != 0; at = EntryAt(at).Next)
        {
            if (EntryAt(at).Low == low && EntryAt(at).High == high)
            {
                return false;
            }
        }

        if (Count == _chains.Length)
        {
            Grow();
        }

        if (Count == _blocks.Count << BlockBits)
        {
            _blocks.Add(new Entry[BlockSize]);
        }

        Count++;
        EntryAt(Count) = new Entry(high, low);
        Link(Count);
        return true;
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
        ref int chain = ref _chains[ChainOf(entry.Low)];
        entry.Next = chain;
        chain = at;
    }

    private ref Entry EntryAt(int at) => ref _blocks[(at - 1) >> BlockBits][(at - 1) & (BlockSize - 1)];

    private int ChainOf(ulong low) => (int)(low & (ulong)(_chains.Length - 1));

    // Two numbers, for a UInt128 is laid out on 16 bytes.
    private struct Entry(ulong high, ulong low)
    {
        public readonly ulong High = high;

        public readonly ulong Low = low;

        public int Next;
    }
}
