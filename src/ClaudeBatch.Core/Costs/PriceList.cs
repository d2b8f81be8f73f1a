using System.Globalization;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Models;

namespace ClaudeBatch.Core.Costs;

/// <summary>
/// Calculates what tokens cost. Amounts are whole picodollars (millionths of a millionth of a US dollar), so that sums are exact.
/// </summary>
/// <param name="catalog">The models, with their prices.</param>
public sealed class PriceList(ModelCatalog catalog)
{
    /// <summary>The most USD that picodollars are counted for: nine million.</summary>
    public const int MostDollars = 9_000_000;

    /// <summary>
    /// The price of one web search in picodollars. 1,000 searches cost 10 USD, in a batch as outside (documentation of the service, "Web
    /// search tool").
    /// </summary>
    private const long WebSearch = 10_000_000_000;

    private const decimal PicodollarsPerDollar = 1_000_000_000_000m;

    /// <summary>Picodollars a token where the price is 1 USD: prices are quoted in USD for a million tokens.</summary>
    private const decimal PicodollarsPerToken = PicodollarsPerDollar / 1_000_000m;

    private readonly Dictionary<string, (TokenPrices? Prices, TokenPrices? LongPrompt, int? LongPromptFrom)> _byModel
        = new(StringComparer.Ordinal);

    /// <summary>Calculates the cost of one answer.</summary>
    /// <param name="model">The model that answered.</param>
    /// <param name="usage">The tokens of this answer alone. Tokens of several answers must not be added up first, because some models have
    /// other prices for long prompts.</param>
    /// <param name="isBatch">Whether the answer is of a batch, where tokens of all kinds, cached ones too, cost half.</param>
    /// <returns>The cost in picodollars; null where a price that is needed is not known.</returns>
    public long? Cost(string? model, TokenUsage usage, bool isBatch) => Cost(model, usage, isBatch, IsLong(model, usage.PromptTokens));

    /// <summary>Calculates the cost of several answers. Either all of their prompts are long, or none is.</summary>
    /// <param name="model">The model that answered.</param>
    /// <param name="usage">The tokens of all answers together.</param>
    /// <param name="isBatch">Whether the answer is of a batch, where tokens of all kinds, cached ones too, cost half.</param>
    /// <param name="isLong">Whether each prompt has more tokens than <see cref="LongPromptFrom"/>.</param>
    /// <returns>The cost in picodollars; null where a price that is needed is not known.</returns>
    public long? Cost(string? model, TokenUsage usage, bool isBatch, bool isLong)
    {
        long? tokens = PricesOf(model, isLong) is { } prices
            ? prices.Of(usage)
            : usage.PromptTokens + usage.OutputTokens == 0 ? 0 : null;
        // With inference_geo "us", tokens of every kind cost a tenth more; searches do not.
        tokens = usage.InferenceGeo == "us" ? tokens / 10 * 11 : tokens;
        return (isBatch ? tokens / 2 : tokens) + OfSearches(usage.WebSearches);
    }

    /// <summary>The price of a number of web searches in picodollars. It is the same with every model, in a batch and outside.</summary>
    public static long OfSearches(long count) => checked(count * WebSearch);

    /// <summary>
    /// The number of prompt tokens above which a model has other prices; null where it has the same prices for every prompt.
    /// </summary>
    public int? LongPromptFrom(string? model) => Known(model).LongPromptFrom;

    /// <summary>
    /// Writes an amount for people, such as <c>$0.0432</c>, with at most six decimals, and with all of them where six would say nothing.
    /// The form is the same in every culture.
    /// </summary>
    public static string Text(decimal dollars)
        => "$" + dollars.ToString(Math.Abs(dollars) < 0.000001m ? "0.00##########" : "0.00####", CultureInfo.InvariantCulture);

    /// <summary>Converts USD, at most <see cref="MostDollars"/>, to picodollars; null stays null.</summary>
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

    /// <summary>The prices of a model's tokens of each kind, in picodollars a token, outside of a batch.</summary>
    private sealed record TokenPrices(long? Input, long? Output, long? CacheWrite5m, long? CacheWrite1h, long? CacheRead)
    {
        public static TokenPrices? From(ModelPrices? prices) => prices is null ? null : new(
            PerToken(prices.Input), PerToken(prices.Output), PerToken(prices.CacheWrite5m),
            PerToken(prices.CacheWrite1h), PerToken(prices.CacheRead));

        public long? Of(TokenUsage usage) => Kind(usage.InputTokens, Input)
            + Kind(usage.CacheWrite5mTokens, CacheWrite5m)
            + Kind(usage.CacheWrite1hTokens, CacheWrite1h)
            + Kind(usage.CacheReadTokens, CacheRead)
            + Kind(usage.OutputTokens, Output);

        private static long? Kind(long tokens, long? price) => tokens == 0 ? 0 : checked(tokens * price);
    }
}
