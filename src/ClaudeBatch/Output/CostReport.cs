using System.Management.Automation;
using ClaudeBatch.Core.Costs;

namespace ClaudeBatch;

/// <summary>
/// What requests have cost, or the range of what they will cost. There is one report for each model, or for each job where there are several,
/// and one with <c>Model = 'Total'</c> where that says more. Amounts are in USD, and null where a price is not known.
/// </summary>
public sealed class CostReport
{
    /// <summary>The job that was measured, <c>Total</c> for the sum of several; null before submission.</summary>
    public string? Job { get; set; }

    /// <summary>The local day on which the service got the batches; null where days are not told apart.</summary>
    public DateTime? Day { get; set; }

    /// <summary>The variant of the rows; null where variants are not told apart, and of rows that are none.</summary>
    public string? Variant { get; set; }

    /// <summary>The model, or the models of a job or a day; <c>Total</c> for the sum of all reports.</summary>
    public string? Model { get; set; }

    /// <summary>The number of requests; after submission of those that have an answer, each counted once.</summary>
    public long Requests { get; set; }

    /// <summary>
    /// The number of answers that were paid; null before submission. A request whose answer was asked for anew, by a retry or a round of
    /// tools, has several.
    /// </summary>
    public long? Answers { get; set; }

    /// <summary>The input tokens that were neither written to the cache nor read from it; null before submission.</summary>
    public long? InputTokens { get; set; }

    public long? CacheWrite5mTokens { get; set; }

    public long? CacheWrite1hTokens { get; set; }

    public long? CacheReadTokens { get; set; }

    public long? OutputTokens { get; set; }

    public long? WebSearches { get; set; }

    public decimal? Cost { get; set; }

    /// <summary>What the same requests would have cost through the Messages API.</summary>
    public decimal? StandardCost { get; set; }

    public decimal? SavedByBatch { get; set; }

    /// <summary>What the cache saved. It is negative where writing to the cache cost more than reading from it saved.</summary>
    public decimal? SavedByCache { get; set; }

    /// <summary>The share of all tokens of the prompts, 0 to 1, that was read from the cache.</summary>
    public double? CacheReadRatio { get; set; }

    /// <summary>
    /// The lowest cost to expect before submission: all marked prefixes are read from the cache, and each answer has one token.
    /// </summary>
    public decimal? Low { get; set; }

    /// <summary>
    /// The highest cost to expect before submission: all marked prefixes are written to the cache, and each answer has max_tokens.
    /// </summary>
    public decimal? High { get; set; }

    public long? LowInputTokens { get; set; }

    public long? HighInputTokens { get; set; }

    public long? HighOutputTokens { get; set; }

    /// <summary>How the numbers were obtained, and how exact they are.</summary>
    public string? Basis { get; set; }

    public override string ToString() => Model ?? string.Empty;

    /// <summary>Gives the report as one of a group, which is shown with it.</summary>
    internal PSObject By(string group)
    {
        PSObject shown = new(this);
        shown.TypeNames.Insert(0, "ClaudeBatch.CostReport#" + group);
        return shown;
    }

    internal static CostReport From(ModelUsage usage, string job, long requests) => new()
    {
        Job = job,
        Model = usage.Model,
        Requests = requests,
        Answers = usage.Answers,
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
