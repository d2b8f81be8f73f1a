namespace ClaudeBatch.Core.Ledger;

/// <summary>How one request of a batch ended, as scanned from its line. A hundred thousand are in memory at once, so it is packed.</summary>
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

    /// <summary>Where its <see cref="OutcomeWords"/> stand among those of the batch, from 1; 0 while no line has spoken of it.</summary>
    public int Words { get; init; }

    /// <summary>In bytes; 0 where there is no line.</summary>
    public int ResultLength { get; init; }

    public long ResultOffset { get; init; }

    public long? CostInPicodollars
    {
        get => _cost == NotKnown ? null : _cost;
        init => _cost = value ?? NotKnown;
    }

    /// <summary>Its tokens, at most 2^32 of a kind; where it ran is among its words.</summary>
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
