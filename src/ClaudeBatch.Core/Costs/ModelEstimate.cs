using System.Runtime.CompilerServices;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Costs;

/// <summary>The lowest and the highest tokens and costs of the requests to one model.</summary>
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

    // The ends are narrowed by different requests of the sample, so that they may cross: the low end stops at the high one.
    public long LowInputTokens => Math.Min((long)(_lowTokens * _lowFactor), HighInputTokens);

    public long HighInputTokens => (long)(_highTokens * _highFactor);

    public long HighOutputTokens { get; private set; }

    /// <summary>The lowest cost in picodollars; null where the model has no price.</summary>
    public long? Low => (long?)(_input.Low * _lowFactor) + _output.Low is { } low ? Math.Min(low, High ?? long.MaxValue) : null;

    /// <summary>The highest cost in picodollars; null where the model has no price, or where nothing limits the searches.</summary>
    public long? High => (long?)(_input.High * _highFactor) + _output.High
        + (_mostSearches is { } searches ? PriceList.OfSearches(searches) : null);

    /// <summary>Whether all token prices that the requests need are known.</summary>
    public bool HasPrice => _input.High is not null && _output.High is not null && _input.Low is not null;

    /// <summary>The number of requests that may search the web.</summary>
    public long SearchRequests { get; private set; }

    /// <summary>The number of requests that may search the web and whose tools set no limit (<c>max_uses</c>).</summary>
    public long UnlimitedSearchRequests { get; private set; }

    /// <summary>The number of requests that may run code in a container whose time is paid for.</summary>
    public long PaidCodeRequests { get; private set; }

    /// <summary>Narrows both ends of the input tokens to what the service has counted for a sample of the requests.</summary>
    /// <param name="lowFactor">The smallest ratio, in the sample, of the counted tokens to the low end of a request.</param>
    /// <param name="highFactor">The largest ratio, in the sample, of the counted tokens to the high end of a request.</param>
    internal void Narrow(double lowFactor, double highFactor) => (_lowFactor, _highFactor) = (lowFactor, highFactor);

    [MethodImpl(Hot.AtOnce)]
    internal void Add(RequestFacts facts, TokenRange cached, TokenRange rest)
    {
        long lowCached = (long)Math.Min(cached.Low, _context);
        long lowRest = (long)Math.Min(rest.Low, _context - lowCached);
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

    [MethodImpl(Hot.AtOnce)]
    private void Add(ref long? input, ref long? output, TokenUsage usage, long outputTokens)
    {
        bool isLong = usage.PromptTokens > _prices.LongPromptFrom(Model);
        input += _prices.Cost(Model, usage, isBatch: true, isLong);
        output += _prices.Cost(Model, new TokenUsage(0, 0, 0, 0, outputTokens, 0, usage.InferenceGeo), isBatch: true, isLong);
    }
}
