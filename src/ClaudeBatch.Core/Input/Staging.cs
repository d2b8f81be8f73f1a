using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Input;

/// <summary>Some requests go first, and the others wait for what becomes of them.</summary>
/// <param name="canary">So many requests go first, and their answers decide whether the others follow; 0 for none.</param>
/// <param name="warmCache">One request of each shared prefix goes first, so that the others read it from the cache.</param>
public sealed class Staging(int canary, bool warmCache)
{
    private readonly HashSet<UInt128> _prefixes = [];

    private PartSpooler? _first;

    private int _count;

    /// <summary>No request that came is marked for the cache.</summary>
    public bool HasNothingToWarm => warmCache && _prefixes.Count == 0;

    /// <summary>What the others wait for.</summary>
    internal Hold? HeldFor => canary > 0 ? Hold.Canary : warmCache ? Hold.Cache : null;

    /// <summary>Where those that go first are spooled.</summary>
    internal PartSpooler First => _first!;

    internal void Begin(PartSpooler first) => _first = first;

    internal bool TakesFirst(ReadOnlySpan<byte> item, Range? prefix)
    {
        bool isNew = warmCache && prefix is { } shared && _prefixes.Add(ContentDigest.Of(item[shared]));
        return isNew || _count++ < canary;
    }
}
