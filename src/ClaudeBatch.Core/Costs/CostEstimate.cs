using System.Globalization;
using ClaudeBatch.Core.Models;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Costs;

/// <summary>What requests will cost, between two ends, from their bytes alone.</summary>
/// <remarks>
/// A token is 2 to 6 bytes: prose in English has about 4, other scripts and code down to 2. The low end counts the texts alone, the high
/// end all of the request. The low end takes all that is marked for the cache as read from it, and answers of one token; the high end
/// takes it as written, and answers of <c>max_tokens</c>.
/// An image is 100 to 4,800 tokens; a PDF 1,500 to one and a half a byte; no prompt is longer than the model's context.
/// The low end takes no web search, the high end as many as <c>max_uses</c> of the tool allows; without one there is no high end. What searches
/// bring back is read as tokens, and code may run in a container whose time is paid: neither can be known before, and neither is in it.
/// </remarks>
/// <param name="catalog">The models with limits and prices.</param>
public sealed partial class CostEstimate(ModelCatalog catalog)
{
    private const double FewestBytesPerToken = 2;

    private const double MostBytesPerToken = 6;

    private const int SmallestImage = 100;

    private const int LargestImage = 4_800;

    private const int SmallestDocument = 1_500;

    private const double MostTokensPerDocumentByte = 1.5;

    private readonly PriceList _prices = new(catalog);

    private readonly Dictionary<string, ModelEstimate> _models = new(StringComparer.Ordinal);

    public IReadOnlyCollection<ModelEstimate> Models => _models.Values;

    public long Requests => _models.Values.Sum(static m => m.Requests);

    /// <summary>Picodollars; null where a model has no price.</summary>
    public long? Low => Sum(static m => m.Low);

    /// <summary>Picodollars; null where a model has no price, or where nothing limits the searches.</summary>
    public long? High => Sum(static m => m.High);

    /// <summary>Why these requests may cost more than this, or cannot be said not to; null when they will not.</summary>
    /// <param name="most">USD.</param>
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
                $"These {Requests} requests will cost between ${PriceList.ToDollars(low):0.00####} and ${PriceList.ToDollars(high):0.00####}, and -MaxCost is ${most:0.00####}. The high end takes each answer to be max_tokens long; lower that, or raise -MaxCost.");
    }

    /// <param name="facts">What a look at the request has found.</param>
    public void Add(RequestFacts facts)
    {
        string name = facts.Model ?? string.Empty;
        if (!_models.TryGetValue(name, out ModelEstimate? model))
        {
            model = new ModelEstimate(name, catalog.Find(name)?.Context ?? int.MaxValue, _prices);
            _models.Add(name, model);
        }

        double rawDocument = facts.DocumentBytes * 0.75;
        (double Low, double High) files = (
            (facts.Images * SmallestImage) + (facts.DocumentBytes > 0 ? SmallestDocument : 0),
            (facts.Images * LargestImage) + Math.Max(rawDocument * MostTokensPerDocumentByte, facts.DocumentBytes > 0 ? SmallestDocument : 0));
        model.Add(
            facts,
            new TokenRange(facts.CachedTextBytes / MostBytesPerToken, facts.CachedBytes / FewestBytesPerToken),
            new TokenRange(
                ((facts.TextBytes - facts.CachedTextBytes) / MostBytesPerToken) + files.Low,
                facts.References > facts.Images ? double.PositiveInfinity : ((facts.PromptBytes - facts.CachedBytes) / FewestBytesPerToken) + files.High));
    }

    private long? Sum(Func<ModelEstimate, long?> of) => _models.Values.Aggregate((long?)0, (sum, m) => sum + of(m));
}
