using System.Globalization;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Models;

namespace ClaudeBatch.Core.Costs;

/// <summary>What tokens cost. Amounts are whole picodollars (millionths of a millionth of a US dollar), so that sums are exact.</summary>
/// <param name="catalog">The models with their prices.</param>
public sealed class PriceList(ModelCatalog catalog)
{
    /// <summary>Of one web search, picodollars: 10 USD for 1,000, in a batch as outside (documentation of the service, "Web search tool").</summary>
    private const long WebSearch = 10_000_000_000;

    private const decimal PicodollarsPerDollar = 1_000_000_000_000m;

    /// <summary>A price is quoted for a million tokens.</summary>
    private const decimal PicodollarsPerToken = PicodollarsPerDollar / 1_000_000m;

    private readonly Dictionary<string, (TokenPrices? Prices, TokenPrices? LongPrompt, int? LongPromptFrom)> _byModel = new(StringComparer.Ordinal);

    /// <summary>What one answer cost.</summary>
    /// <param name="model">The model that answered.</param>
    /// <param name="usage">Its tokens. Some models price a long prompt otherwise, so that usages of several answers cannot be added up first.</param>
    /// <param name="isBatch">Half the price, of cached tokens too.</param>
    /// <returns>Picodollars; null where a price that is needed is not known.</returns>
    public long? Cost(string? model, TokenUsage usage, bool isBatch) => Cost(model, usage, isBatch, IsLong(model, usage.PromptTokens));

    /// <summary>What many answers cost whose prompts are all long, or none of them.</summary>
    /// <param name="model">The model that answered.</param>
    /// <param name="usage">Their tokens together.</param>
    /// <param name="isBatch">Half the price, of cached tokens too.</param>
    /// <param name="isLong">Their prompts are over <see cref="LongPromptFrom"/>.</param>
    /// <returns>Picodollars; null where a price that is needed is not known.</returns>
    public long? Cost(string? model, TokenUsage usage, bool isBatch, bool isLong)
    {
        long? tokens = PricesOf(model, isLong) is { } prices
            ? prices.Of(usage)
            : usage.PromptTokens + usage.OutputTokens == 0 ? 0 : null;
        // With inference_geo "us" everything costs a tenth more.
        tokens = usage.InferenceGeo == "us" ? tokens / 10 * 11 : tokens;
        return (isBatch ? tokens / 2 : tokens) + OfSearches(usage.WebSearches);
    }

    /// <summary>What so many web searches cost, with any model, in a batch or outside; picodollars.</summary>
    public static long OfSearches(long count) => checked(count * WebSearch);

    /// <summary>Prompts of more tokens have prices of their own; null where all have the same.</summary>
    public int? LongPromptFrom(string? model) => Known(model).LongPromptFrom;

    /// <summary>An amount as a person reads it, such as <c>$0.0432</c>, in every culture.</summary>
    public static string Text(decimal dollars) => string.Create(CultureInfo.InvariantCulture, $"${dollars:0.00####}");

    /// <summary>Picodollars of an amount in USD.</summary>
    public static long? FromDollars(decimal? dollars) => (long?)(dollars * PicodollarsPerDollar);

    public static decimal ToDollars(long picodollars) => picodollars / PicodollarsPerDollar;

    public static decimal? ToDollars(long? picodollars) => picodollars / PicodollarsPerDollar;

    internal static long? PerToken(decimal? perMillion) => perMillion is { } price ? (long)(price * PicodollarsPerToken) : null;

    private bool IsLong(string? model, long prompt) => prompt > Known(model).LongPromptFrom;

    private TokenPrices? PricesOf(string? model, bool isLong) => Known(model) is var known && isLong ? known.LongPrompt : known.Prices;

    private (TokenPrices? Prices, TokenPrices? LongPrompt, int? LongPromptFrom) Known(string? model)
    {
        if (model is null)
        {
            return default;
        }

        if (!_byModel.TryGetValue(model, out (TokenPrices? Prices, TokenPrices? LongPrompt, int? LongPromptFrom) known))
        {
            ModelRecord? record = catalog.Find(model);
            known = (TokenPrices.From(record?.Prices), TokenPrices.From(record?.LongPrompt), record?.LongPromptFrom);
            _byModel.Add(model, known);
        }

        return known;
    }

    /// <summary>Picodollars a token of each kind, through the standard API.</summary>
    private sealed record TokenPrices(long? Input, long? Output, long? CacheWrite5m, long? CacheWrite1h, long? CacheRead)
    {
        public static TokenPrices? From(ModelPrices? prices) => prices is null ? null : new(
            PerToken(prices.Input), PerToken(prices.Output), PerToken(prices.CacheWrite5m), PerToken(prices.CacheWrite1h), PerToken(prices.CacheRead));

        public long? Of(TokenUsage usage) => Kind(usage.InputTokens, Input)
            + Kind(usage.CacheWrite5mTokens, CacheWrite5m)
            + Kind(usage.CacheWrite1hTokens, CacheWrite1h)
            + Kind(usage.CacheReadTokens, CacheRead)
            + Kind(usage.OutputTokens, Output);

        private static long? Kind(long tokens, long? price) => tokens == 0 ? 0 : checked(tokens * price);
    }
}
