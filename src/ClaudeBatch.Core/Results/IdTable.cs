using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ClaudeBatch.Core.Json;

namespace ClaudeBatch.Core.Results;

/// <summary>
/// The custom ids of a batch as UTF-8, each with its index, so that the id of a line is found without making a string of it.
/// </summary>
/// <param name="capacity">The expected number of ids.</param>
internal sealed class IdTable(int capacity)
{
    private const int UsualLength = 32; // of ids that are made from rows; what is not used of it is never touched

    private readonly List<Entry> _entries = new(capacity);

    private int[] _chains = new int[BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, 16))];

    private byte[] _bytes = new byte[Math.Max(capacity, 16) * UsualLength];

    private int _length;

    public int Count => _entries.Count;

    public void Clear()
    {
        _entries.Clear();
        Array.Clear(_chains);
        _length = 0;
    }

    /// <summary>Finds the index of an id, from 0; -1 where the table does not have it.</summary>
    [MethodImpl(Hot.AtOnce)]
    public int Find(ReadOnlySpan<byte> id)
    {
        int hash = HashOf(id);
        for (int next = _chains[hash & (_chains.Length - 1)]; next != 0;)
        {
            Entry entry = _entries[next - 1];
            if (entry.Hash == hash && id.SequenceEqual(_bytes.AsSpan(entry.Start, entry.Length)))
            {
                return next - 1;
            }

            next = entry.Next;
        }

        return -1;
    }

    /// <summary>Appends an id. The table must not have it yet.</summary>
    public void Add(ReadOnlySpan<byte> id)
    {
        if (_entries.Count == _chains.Length)
        {
            Grow();
        }

        if (_length + id.Length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + id.Length));
        }

        id.CopyTo(_bytes.AsSpan(_length));
        _entries.Add(new Entry { Hash = HashOf(id), Start = _length, Length = id.Length });
        _length += id.Length;
        Link(_entries.Count - 1);
    }

    private void Grow()
    {
        _chains = new int[_chains.Length * 2];
        for (int place = 0; place < _entries.Count; place++)
        {
            Link(place);
        }
    }

    private void Link(int place)
    {
        ref Entry entry = ref CollectionsMarshal.AsSpan(_entries)[place];
        ref int chain = ref _chains[entry.Hash & (_chains.Length - 1)];
        entry.Next = chain;
        chain = place + 1;
    }

    [MethodImpl(Hot.AtOnce)]
    private static int HashOf(ReadOnlySpan<byte> id)
    {
        const ulong odd = 0x9E3779B97F4A7C15; // 2^64 divided by the golden ratio: a multiplication spreads numbers that are close together
        ulong hash = (ulong)id.Length;
        for (; id.Length >= sizeof(ulong); id = id[sizeof(ulong)..])
        {
            hash = BitOperations.RotateLeft((hash ^ BinaryPrimitives.ReadUInt64LittleEndian(id)) * odd, 29);
        }

        foreach (byte value in id)
        {
            hash = BitOperations.RotateLeft((hash ^ value) * odd, 29);
        }

        return (int)(hash ^ (hash >> 32));
    }

    private struct Entry
    {
        public int Hash;

        public int Start;

        public int Length;

        // The number of the next entry of the same chain, from 1; 0 at its end.
        public int Next;
    }
}
