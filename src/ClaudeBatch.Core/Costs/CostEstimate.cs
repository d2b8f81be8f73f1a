using System.Globalization;
using System.Runtime.CompilerServices;
using ClaudeBatch.Core.Models;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Costs;

/// <summary>Estimates the lowest and the highest cost of requests from their sizes in bytes.</summary>
/// <remarks>
/// A token is taken to be 2 to 6 bytes long: English prose has about 4 bytes a token, other scripts and code have down to 2.
/// The low end counts only the texts of a request, at 6 bytes a token; the high end counts the whole request, at 2 bytes a token.
/// For the low end, all that is marked for the cache is read from the cache, and each answer has one token. For the high end, it is
/// written to the cache, and each answer has <c>max_tokens</c> tokens.
/// An image has 100 to 4,800 tokens. A PDF has at least 1,500 and at most 1.5 for each of its bytes. No prompt has more tokens than the
/// model's context.
/// The low end has no web searches. The high end has as many as <c>max_uses</c> of the tool allows; without it there is no high end.
/// Two costs cannot be known before and are in neither end: the tokens of what searches bring back, and the time of a container in which
/// code runs.
/// </remarks>
/// <param name="catalog">The models, with their limits and prices.</param>
public sealed partial class CostEstimate(ModelCatalog catalog)
{
    private const double FewestBytesPerToken = 2;

    private const int LargestImage = 4_800;

    private const double MostTokensPerDocumentByte = 1.5;

    private readonly PriceList _prices = new(catalog);

    private readonly Dictionary<string, ModelEstimate> _models = new(StringComparer.Ordinal);

    public IReadOnlyCollection<ModelEstimate> Models => _models.Values;

    public long Requests => _models.Values.Sum(static m => m.Requests);

    /// <summary>The lowest cost in picodollars; null where a model has no price.</summary>
    public long? Low => Sum(static m => m.Low);

    /// <summary>The highest cost in picodollars; null where a model has no price, or where nothing limits the searches.</summary>
    public long? High => Sum(static m => m.High);

    /// <summary>
    /// Says why these requests may cost more than an amount, or why that cannot be ruled out; null when they cannot cost more.
    /// </summary>
    /// <param name="most">The amount in USD.</param>
    public string? Above(decimal most)
    {
        if (_models.Values.Where(static m => !m.HasPrice).Select(static m => $"'{m.Model}'").ToArray() is { Length: > 0 } unpriced)
        {
            return $"Of {string.Join(", ", unpriced)} no price is known here, so -MaxCost cannot be held.";
        }

        if (Low is not { } low || High is not { } high)
        {
            return $"{UnlimitedSearches} -MaxCost cannot be held so; give the tool max_uses.";
        }

        return PriceList.ToDollars(high) <= most
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"These {Requests} requests will cost between {PriceList.Text(PriceList.ToDollars(low))} "
                    + $"and {PriceList.Text(PriceList.ToDollars(high))}, and -MaxCost is {PriceList.Text(most)}. "
                    + $"The high end takes each answer to be max_tokens long; lower that, or raise -MaxCost.");
    }

    /// <summary>Adds a request to the estimate.</summary>
    /// <param name="facts">The facts that were read from the request.</param>
    [MethodImpl(Hot.AtOnce)]
    public void Add(RequestFacts facts)
    {
        string name = facts.Model ?? string.Empty;
        if (!_models.TryGetValue(name, out ModelEstimate? model))
        {
            model = new ModelEstimate(name, catalog.Find(name)?.Context ?? int.MaxValue, _prices);
            _models.Add(name, model);
        }

        TokenRange cached = Files(facts.CachedImages, facts.CachedDocumentBytes, facts.CachedReferences);
        TokenRange rest = Files(
            facts.Images - facts.CachedImages,
            facts.DocumentBytes - facts.CachedDocumentBytes,
            facts.References - facts.CachedReferences);
        model.Add(
            facts,
            new TokenRange(
                (facts.CachedTextBytes / RequestFacts.MostBytesPerToken) + cached.Low,
                (facts.CachedBytes / FewestBytesPerToken) + cached.High),
            new TokenRange(
                ((facts.TextBytes - facts.CachedTextBytes) / RequestFacts.MostBytesPerToken) + rest.Low,
                ((facts.PromptBytes - facts.CachedBytes) / FewestBytesPerToken) + rest.High));
    }

    private static TokenRange Files(int images, long documentBytes, int references)
    {
        int document = documentBytes > 0 ? RequestFacts.SmallestDocument : 0;
        return new TokenRange(
            (images * RequestFacts.SmallestImage) + document,
            references > images
                ? double.PositiveInfinity
                : (images * LargestImage) + Math.Max(documentBytes * 0.75 * MostTokensPerDocumentByte, document));
    }

    private long? Sum(Func<ModelEstimate, long?> of) => _models.Values.Aggregate((long?)0, (sum, m) => sum + of(m));
}
