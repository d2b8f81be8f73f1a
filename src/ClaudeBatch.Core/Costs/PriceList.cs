using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Models;

namespace ClaudeBatch.Core.Costs;

/// <summary>What tokens cost. Amounts are whole picodollars (millionths of a millionth of a US dollar), so that sums are exact.</summary>
/// <param name="catalog">The models with their prices.</param>
public sealed class PriceList(ModelCatalog catalog)
{
    /// <summary>Of one web search. A batch discount on it is not documented, so none is taken.</summary>
    private const long WebSearch = 10_000_000_000;

    private const decimal PicodollarsPerDollar = 1_000_000_000_000m;

    /// <summary>A price is quoted for a million tokens.</summary>
    private const decimal PicodollarsPerToken = PicodollarsPerDollar / 1_000_000m;

    private readonly Dictionary<string, (TokenPrices? Prices, TokenPrices? LongPrompt, int LongPromptFrom)> _byModel = new(StringComparer.Ordinal);

    /// <summary>What one answer cost.</summary>
    /// <param name="model">The model that answered.</param>
    /// <param name="usage">Its tokens. Some models price a long prompt otherwise, so that usages of several answers cannot be added up first.</param>
    /// <param name="isBatch">Half the price, of cached tokens too.</param>
    /// <returns>Picodollars; null where a price that is needed is not known.</returns>
    public long? Cost(string? model, TokenUsage usage, bool isBatch)
    {
        long prompt = usage.InputTokens + usage.CacheWrite5mTokens + usage.CacheWrite1hTokens + usage.CacheReadTokens;
        long? tokens = PricesOf(model, prompt) is { } prices
            ? prices.Of(usage)
            : prompt + usage.OutputTokens == 0 ? 0 : null;
        // With inference_geo "us" everything costs a tenth more.
        tokens = usage.InferenceGeo == "us" ? tokens / 10 * 11 : tokens;
        return (isBatch ? tokens / 2 : tokens) + (usage.WebSearches * WebSearch);
    }

    /// <summary>What the same answer would have cost had nothing of its prompt been cached.</summary>
    public long? CostWithoutCache(string? model, TokenUsage usage, bool isBatch) => Cost(
        model,
        usage with
        {
            InputTokens = usage.InputTokens + usage.CacheWrite5mTokens + usage.CacheWrite1hTokens + usage.CacheReadTokens,
            CacheWrite5mTokens = 0,
            CacheWrite1hTokens = 0,
            CacheReadTokens = 0,
        },
        isBatch);

    public static decimal ToDollars(long picodollars) => picodollars / PicodollarsPerDollar;

    public static decimal? ToDollars(long? picodollars) => picodollars / PicodollarsPerDollar;

    internal static long? PerToken(decimal? perMillion) => perMillion is { } price ? (long)(price * PicodollarsPerToken) : null;

    private TokenPrices? PricesOf(string? model, long prompt)
    {
        if (model is null)
        {
            return null;
        }

        if (!_byModel.TryGetValue(model, out (TokenPrices? Prices, TokenPrices? LongPrompt, int LongPromptFrom) known))
        {
            ModelRecord? record = catalog.Find(model);
            known = (TokenPrices.From(record?.Prices), TokenPrices.From(record?.LongPrompt), record?.LongPromptFrom ?? int.MaxValue);
            _byModel.Add(model, known);
        }

        return known.LongPrompt is not null && prompt > known.LongPromptFrom ? known.LongPrompt : known.Prices;
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
