using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Costs;

/// <summary>The tokens and costs that the ledger has kept of answers, summed by model.</summary>
public sealed class UsageBooks(JobLedger ledger, PriceList prices)
{
    /// <summary>Of the answers of these batches, all attempts, by the name of the model.</summary>
    public IReadOnlyList<ModelUsage> Of(IReadOnlyCollection<BatchRecord> batches)
    {
        long[] ids = [.. batches.Select(static b => b.Id)];
        return
        [
            .. ledger.Attempts.ModelsOf(ids).Select(model => ledger.Attempts.Usage(ids, model, prices.LongPromptFrom(model))
                .Select(sum => Tier(model, sum.IsLong, sum.Answers, sum.Usage, sum.CostInPicodollars))
                .Aggregate(static (all, tier) => all.Plus(tier))),
        ];
    }

    private ModelUsage Tier(string model, bool isLong, long answers, TokenUsage usage, long? cost)
    {
        // What was paid is what the books say; a search costs the same outside of a batch.
        long searches = PriceList.OfSearches(usage.WebSearches);
        long? saved = prices.Cost(model, usage.WithoutCache(), isBatch: true, isLong) - prices.Cost(model, usage, isBatch: true, isLong);
        return new ModelUsage(model, answers, usage, cost, ((cost - searches) * 2) + searches, saved);
    }
}
