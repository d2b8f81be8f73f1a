using ClaudeBatch.Core.Costs;

namespace ClaudeBatch;

/// <summary>
/// What requests cost, or will cost between two ends. One a model, and one with <c>Model = 'Total'</c>. Amounts are USD, null where a
/// price is not known.
/// </summary>
public sealed class CostReport
{
    public string? Model { get; set; }

    /// <summary>Requests before submission, answers after.</summary>
    public long Requests { get; set; }

    /// <summary>Neither written to the cache nor read from it; null before submission.</summary>
    public long? InputTokens { get; set; }

    public long? CacheWrite5mTokens { get; set; }

    public long? CacheWrite1hTokens { get; set; }

    public long? CacheReadTokens { get; set; }

    public long? OutputTokens { get; set; }

    public long? WebSearches { get; set; }

    public decimal? Cost { get; set; }

    /// <summary>What the Messages API would have cost.</summary>
    public decimal? StandardCost { get; set; }

    public decimal? SavedByBatch { get; set; }

    /// <summary>Below zero where writing to the cache cost more than reading from it saved.</summary>
    public decimal? SavedByCache { get; set; }

    /// <summary>The share of the prompts that was read from the cache, 0 to 1.</summary>
    public double? CacheReadRatio { get; set; }

    /// <summary>Before submission: at least, with all that is marked read from the cache and answers of one token.</summary>
    public decimal? Low { get; set; }

    /// <summary>Before submission: at most, with all that is marked written to the cache and answers of max_tokens.</summary>
    public decimal? High { get; set; }

    public long? LowInputTokens { get; set; }

    public long? HighInputTokens { get; set; }

    public long? HighOutputTokens { get; set; }

    /// <summary>Where the numbers come from, and how far they may be off.</summary>
    public string? Basis { get; set; }

    public override string ToString() => Model ?? string.Empty;

    internal static CostReport From(ModelUsage usage) => new()
    {
        Model = usage.Model,
        Requests = usage.Answers,
        InputTokens = usage.Usage.InputTokens,
        CacheWrite5mTokens = usage.Usage.CacheWrite5mTokens,
        CacheWrite1hTokens = usage.Usage.CacheWrite1hTokens,
        CacheReadTokens = usage.Usage.CacheReadTokens,
        OutputTokens = usage.Usage.OutputTokens,
        WebSearches = usage.Usage.WebSearches,
        Cost = PriceList.ToDollars(usage.Cost),
        StandardCost = PriceList.ToDollars(usage.StandardCost),
        SavedByBatch = PriceList.ToDollars(usage.StandardCost - usage.Cost),
        SavedByCache = PriceList.ToDollars(usage.SavedByCache),
        CacheReadRatio = usage.Usage.PromptTokens == 0 ? null : (double)usage.Usage.CacheReadTokens / usage.Usage.PromptTokens,
        Basis = "The usage the service reported. It tells no time of containers; code execution that is paid for is not in it.",
    };

    internal static CostReport From(ModelEstimate estimate, string basis) => new()
    {
        Model = estimate.Model,
        Requests = estimate.Requests,
        Low = PriceList.ToDollars(estimate.Low),
        High = PriceList.ToDollars(estimate.High),
        LowInputTokens = estimate.LowInputTokens,
        HighInputTokens = estimate.HighInputTokens,
        HighOutputTokens = estimate.HighOutputTokens,
        Basis = basis,
    };

    internal static CostReport Total(CostEstimate estimate, string basis) => new()
    {
        Model = "Total",
        Requests = estimate.Requests,
        Low = PriceList.ToDollars(estimate.Low),
        High = PriceList.ToDollars(estimate.High),
        LowInputTokens = estimate.Models.Sum(static m => m.LowInputTokens),
        HighInputTokens = estimate.Models.Sum(static m => m.HighInputTokens),
        HighOutputTokens = estimate.Models.Sum(static m => m.HighOutputTokens),
        Basis = basis,
    };
}
