using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Models;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Costs;

/// <summary>
/// A random sample of requests, in which each request is as likely as any other. The service counts its tokens free of charge.
/// </summary>
/// <param name="size">The most requests in the sample.</param>
public sealed class TokenSample(int size)
{
    private readonly List<ReadOnlyMemory<byte>> _items = new(Math.Min(size, 1_000));

    // The seed is fixed, so that the same requests give the same sample.
    private readonly Random _chance = new(1);

    private long _seen;

    public int Count => _items.Count;

    /// <summary>Offers a request to the sample. It may take the place of an earlier one.</summary>
    /// <param name="item">The exact bytes of the request.</param>
    public void Add(ReadOnlyMemory<byte> item)
    {
        _seen++;
        if (_items.Count < size)
        {
            _items.Add(item);
        }
        else if (_chance.NextInt64(_seen) is var place && place < size)
        {
            _items[(int)place] = item;
        }
    }

    /// <summary>
    /// Has the service count the tokens of the sample, and narrows the estimate to the lowest and the highest ratio that is found.
    /// </summary>
    /// <exception cref="ClaudeBatchException">The service refuses a call or cannot be reached.</exception>
    public async Task NarrowAsync(
        CostEstimate estimate, ModelCatalog catalog, RequestChecker checker, BatchApi api, CancellationToken cancellationToken)
    {
        Dictionary<string, (double Low, double High)> factors = [];
        foreach (ReadOnlyMemory<byte> item in _items)
        {
            CostEstimate alone = new(catalog);
            alone.Add(checker.Check(item.Span));
            long tokens = (await api.CountTokensAsync(CountBody.Of(item), cancellationToken).ConfigureAwait(false)).Value.InputTokens;
            ModelEstimate own = alone.Models.Single();
            (double low, double high) = (tokens / Math.Max(1d, own.LowInputTokens), tokens / Math.Max(1d, own.HighInputTokens));
            factors[own.Model] = factors.TryGetValue(own.Model, out (double Low, double High) known)
                ? (Math.Min(known.Low, low), Math.Max(known.High, high))
                : (low, high);
        }

        foreach (ModelEstimate model in estimate.Models)
        {
            if (factors.TryGetValue(model.Model, out (double Low, double High) found))
            {
                model.Narrow(found.Low, found.High);
            }
        }
    }
}
