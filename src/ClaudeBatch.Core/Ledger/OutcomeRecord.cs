namespace ClaudeBatch.Core.Ledger;

/// <summary>
/// The outcome of one request of a batch, as read from its result line. A hundred thousand are in memory at once, so the fields are small.
/// </summary>
internal readonly record struct OutcomeRecord
{
    private const long NotKnown = long.MinValue;

    private readonly long _cost;

    private readonly uint _inputTokens;

    private readonly uint _cacheWrite5mTokens;

    private readonly uint _cacheWrite1hTokens;

    private readonly uint _cacheReadTokens;

    private readonly uint _outputTokens;

    private readonly uint _webSearches;

    public long Row { get; init; }

    /// <summary>
    /// The index of its <see cref="OutcomeWords"/> among those of the batch, from 1; 0 while no line was read for the request.
    /// </summary>
    public int WordsIndex { get; init; }

    /// <summary>The length of its result line in bytes; 0 where there is none.</summary>
    public int ResultLength { get; init; }

    public long ResultOffset { get; init; }

    /// <summary>
    /// Whether the answer cannot be used as it is; null where there is none, and where it takes more than the line to tell.
    /// </summary>
    public bool? IsIncomplete { get; init; }

    /// <summary>The digest of its result line; of no meaning where there is none.</summary>
    public long ResultDigest { get; init; }

    public long? CostInPicodollars
    {
        get => _cost == NotKnown ? null : _cost;
        init => _cost = value ?? NotKnown;
    }

    /// <summary>Its tokens, less than 2^32 of each kind, without the region, which is among the words.</summary>
    public TokenUsage Usage
    {
        get => new(_inputTokens, _cacheWrite5mTokens, _cacheWrite1hTokens, _cacheReadTokens, _outputTokens, _webSearches);
        init
        {
            _inputTokens = checked((uint)value.InputTokens);
            _cacheWrite5mTokens = checked((uint)value.CacheWrite5mTokens);
            _cacheWrite1hTokens = checked((uint)value.CacheWrite1hTokens);
            _cacheReadTokens = checked((uint)value.CacheReadTokens);
            _outputTokens = checked((uint)value.OutputTokens);
            _webSearches = checked((uint)value.WebSearches);
        }
    }
}
