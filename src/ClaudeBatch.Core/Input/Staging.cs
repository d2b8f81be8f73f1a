using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Input;

/// <summary>Divides an input into requests that are sent first and requests that are held back until the first ones have results.</summary>
/// <param name="canary">How many requests are sent first so that their answers decide whether the others follow, at most as many as a part
/// may have; 0 for none.</param>
/// <param name="warmCache">Whether one request of each shared prefix is sent first, so that the others can read the prefix from the
/// service's cache.</param>
public sealed class Staging(int canary, bool warmCache)
{
    private readonly HashSet<ContentDigest> _prefixes = [];

    private PartSpooler? _first;

    private int _count;

    /// <summary>Whether the cache was to be warmed and no request has had a cache breakpoint.</summary>
    public bool HasNothingToWarm => warmCache && _prefixes.Count == 0;

    /// <summary>What the parts that are held back wait for; null where nothing is held back.</summary>
    internal Hold? HeldFor => canary > 0 ? Hold.Canary : warmCache ? Hold.Cache : null;

    /// <summary>The spooler of the requests that are sent first. <see cref="Begin"/> must have been called.</summary>
    internal PartSpooler First => _first!;

    internal void Begin(PartSpooler first) => _first = first;

    internal bool TakesFirst(ReadOnlySpan<byte> item, Range? prefix)
    {
        bool isNew = warmCache && prefix is { } shared && _prefixes.Add(ContentDigest.Of(item[shared]));
        // One part, because its results decide: of several, only the last would be judged.
        return (isNew || _count++ < canary) && First.HasRoom(item.Length);
    }
}
