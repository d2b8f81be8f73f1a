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
    private readonly List<(ReadOnlyMemory<byte> Item, IReadOnlyList<FileToUpload>? Uploads)> _items = new(Math.Min(size, 1_000));

    // The seed is fixed, so that the same requests give the same sample.
    private readonly Random _chance = new(1);

    private long _seen;

    public int Count => _items.Count;

    /// <summary>Offers a request to the sample. It may take the place of an earlier one.</summary>
    /// <param name="item">The exact bytes of the request.</param>
    /// <param name="uploads">The files that it names by placeholders; null for none. They are counted as they would stand in it.</param>
    public void Add(ReadOnlyMemory<byte> item, IReadOnlyList<FileToUpload>? uploads = null)
    {
        _seen++;
        if (_items.Count < size)
        {
            _items.Add((item, uploads));
        }
        else if (_chance.NextInt64(_seen) is var place && place < size)
        {
            _items[(int)place] = (item, uploads);
        }
    }

    /// <summary>
    /// Has the service count the tokens of the sample, and narrows estimates of the requests, or of some of them, to the lowest and the highest
    /// ratio that is found for each model.
    /// </summary>
    /// <exception cref="ClaudeBatchException">The service refuses a call or cannot be reached.</exception>
    public async Task NarrowAsync(
        IReadOnlyCollection<CostEstimate> estimates,
        ModelCatalog catalog,
        RequestChecker checker,
        BatchApi api,
        CancellationToken cancellationToken)
    {
        Dictionary<string, (double Low, double High)> factors = [];
        foreach ((ReadOnlyMemory<byte> given, IReadOnlyList<FileToUpload>? uploads) in _items)
        {
            ReadOnlyMemory<byte> item = uploads is null ? given : UploadForms.Inline(given.Span, uploads);
            CostEstimate alone = new(catalog);
            alone.Add(checker.Check(item.Span));
            BatchApi bound = RequestChecker.BindsThinking(item.Span) ? api.With(RequestChecker.ThinkingBindingBeta) : api;
            long tokens = (await bound.CountTokensAsync(CountBody.Of(item), cancellationToken).ConfigureAwait(false)).Value.InputTokens;
            ModelEstimate own = alone.Models.Single();
            (double low, double high) = (tokens / Math.Max(1d, own.LowInputTokens), tokens / Math.Max(1d, own.HighInputTokens));
            factors[own.Model] = factors.TryGetValue(own.Model, out (double Low, double High) known)
                ? (Math.Min(known.Low, low), Math.Max(known.High, high))
                : (low, high);
        }

        foreach (ModelEstimate model in estimates.SelectMany(static e => e.Models))
        {
            if (factors.TryGetValue(model.Model, out (double Low, double High) found))
            {
                model.Narrow(found.Low, found.High);
            }
        }
    }
}
