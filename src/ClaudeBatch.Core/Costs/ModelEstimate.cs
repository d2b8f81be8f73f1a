using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Costs;

/// <summary>What requests to one model will take, between two ends.</summary>
public sealed class ModelEstimate
{
    private readonly int _context;

    private readonly PriceList _prices;

    private (long? Low, long? High) _input = (0, 0);

    private (long? Low, long? High) _output = (0, 0);

    private double _lowFactor = 1;

    private double _highFactor = 1;

    private long _lowTokens;

    private long _highTokens;

    private long? _mostSearches = 0;

    internal ModelEstimate(string model, int context, PriceList prices)
    {
        Model = model;
        _context = context;
        _prices = prices;
    }

    public string Model { get; }

    public long Requests { get; private set; }

    public long LowInputTokens => (long)(_lowTokens * _lowFactor);

    public long HighInputTokens => (long)(_highTokens * _highFactor);

    public long HighOutputTokens { get; private set; }

    /// <summary>Picodollars; null where the model has no price.</summary>
    public long? Low => (long?)(_input.Low * _lowFactor) + _output.Low;

    /// <summary>Picodollars; null where the model has no price, or where nothing limits the searches.</summary>
    public long? High => (long?)(_input.High * _highFactor) + _output.High + (_mostSearches is { } searches ? PriceList.OfSearches(searches) : null);

    /// <summary>All prices of tokens that were needed are known.</summary>
    public bool HasPrice => _input.High is not null && _output.High is not null && _input.Low is not null;

    /// <summary>Requests for which the web may be searched.</summary>
    public long SearchRequests { get; private set; }

    /// <summary>Of those, the ones whose tools set no limit.</summary>
    public long UnlimitedSearchRequests { get; private set; }

    /// <summary>Requests for which code may run in a container whose time is paid.</summary>
    public long PaidCodeRequests { get; private set; }

    /// <summary>The service has counted some of the requests: its tokens were so many times the low and the high end of theirs.</summary>
    internal void Narrow(double lowFactor, double highFactor) => (_lowFactor, _highFactor) = (lowFactor, highFactor);

    internal void Add(RequestFacts facts, TokenRange cached, TokenRange rest)
    {
        (long lowCached, long lowRest) = ((long)cached.Low, (long)rest.Low);
        long highCached = (long)Math.Min(cached.High, _context);
        long highRest = (long)Math.Min(rest.High, _context - highCached);
        long output = facts.MaxTokens ?? 0;
        Requests++;
        SearchRequests += facts.Tools.SearchesWeb ? 1 : 0;
        UnlimitedSearchRequests += facts.Tools.MostSearches is null ? 1 : 0;
        PaidCodeRequests += facts.Tools.RunsPaidCode ? 1 : 0;
        _mostSearches += facts.Tools.MostSearches;
        _lowTokens += lowCached + lowRest;
        _highTokens += highCached + highRest;
        HighOutputTokens += output;
        TokenUsage none = new(0, 0, 0, 0, 0, 0, facts.InferenceGeo);
        Add(ref _input.Low, ref _output.Low, none with { InputTokens = lowRest, CacheReadTokens = lowCached }, Math.Min(output, 1));
        Add(
            ref _input.High,
            ref _output.High,
            facts.CachesForAnHour
                ? none with { InputTokens = highRest, CacheWrite1hTokens = highCached }
                : none with { InputTokens = highRest, CacheWrite5mTokens = highCached },
            output);
    }

    private void Add(ref long? input, ref long? output, TokenUsage usage, long outputTokens)
    {
        bool isLong = usage.PromptTokens > _prices.LongPromptFrom(Model);
        input += _prices.Cost(Model, usage, isBatch: true, isLong);
        output += _prices.Cost(Model, new TokenUsage(0, 0, 0, 0, outputTokens, 0, usage.InferenceGeo), isBatch: true, isLong);
    }
}
