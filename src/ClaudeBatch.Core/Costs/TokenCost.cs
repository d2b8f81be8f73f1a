using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Models;

namespace ClaudeBatch.Core.Costs;

/// <summary>What tokens cost.</summary>
public static class TokenCost
{
    private const decimal PerToken = 1_000_000m;

    /// <summary>Of one web search; a batch discount on it is not documented, so none is taken.</summary>
    private const decimal WebSearch = 0.01m;

    private const decimal BatchDiscount = 0.5m;

    /// <param name="model">The model that answered; null when it is not known.</param>
    /// <param name="usage">The tokens of one answer: some models price a long prompt otherwise.</param>
    /// <param name="isBatch">Half the price, of cached tokens too.</param>
    /// <returns>USD; null where a price is not known.</returns>
    public static decimal? Of(ModelRecord? model, TokenUsage usage, bool isBatch)
    {
        long prompt = usage.InputTokens + usage.CacheWrite5mTokens + usage.CacheWrite1hTokens + usage.CacheReadTokens;
        ModelPrices? prices = model is { LongPromptFrom: { } from, LongPrompt: { } dear } && prompt > from ? dear : model?.Prices;
        decimal? tokens = (Kind(usage.InputTokens, prices?.Input)
            + Kind(usage.CacheWrite5mTokens, prices?.CacheWrite5m)
            + Kind(usage.CacheWrite1hTokens, prices?.CacheWrite1h)
            + Kind(usage.CacheReadTokens, prices?.CacheRead)
            + Kind(usage.OutputTokens, prices?.Output)) / PerToken;
        return (isBatch ? tokens * BatchDiscount : tokens) + (usage.WebSearches * WebSearch);
    }

    private static decimal? Kind(long tokens, decimal? price) => tokens == 0 ? 0 : tokens * price;
}
