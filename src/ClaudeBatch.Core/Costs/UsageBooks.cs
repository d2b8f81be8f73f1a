using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Costs;

/// <summary>Sums up the recorded tokens and costs of answers, for each model.</summary>
public sealed class UsageBooks(JobLedger ledger, PriceList prices)
{
    /// <summary>Gives the usage of all answers of these batches, one sum for each model.</summary>
    public IReadOnlyList<ModelUsage> Of(IReadOnlyCollection<BatchRecord> batches)
    {
        long[] ids = [.. batches.Select(static b => b.Id)];
        return [.. ledger.Attempts.ModelsOf(ids).SelectMany(model => Sum(ids, model, variant: null))];
    }

    /// <summary>Gives the usage of the answers of these batches, one sum for each variant and model.</summary>
    public IReadOnlyList<(Variant Variant, ModelUsage Usage)> OfVariants(IReadOnlyCollection<BatchRecord> batches)
    {
        long[] ids = [.. batches.Select(static b => b.Id)];
        IReadOnlyList<string> models = ledger.Attempts.ModelsOf(ids);
        return
        [
            .. ledger.Attempts.VariantsOf(ids)
                .SelectMany(variant => models.SelectMany(model => Sum(ids, model, variant)).Select(usage => (variant, usage))),
        ];
    }

    /// <summary>Counts the requests that have an answer in these batches, each once however often it was answered.</summary>
    /// <param name="batches">The batches; all of their attempts count.</param>
    /// <param name="model">The model that answered; null for any.</param>
    /// <param name="variant">The variant whose requests count; null for all.</param>
    public long RequestsOf(IEnumerable<BatchRecord> batches, string? model = null, Variant? variant = null)
        => ledger.Attempts.Answered([.. batches.Select(static b => b.Id)], model, variant);

    // Empty where the variant has no answer of the model.
    private IEnumerable<ModelUsage> Sum(long[] ids, string model, Variant? variant)
    {
        ModelUsage[] tiers =
        [
            .. ledger.Attempts.Usage(ids, model, prices.LongPromptFrom(model), variant)
                .Select(sum => Tier(model, sum.IsLong, sum.Answers, sum.Usage, sum.CostInPicodollars)),
        ];
        return tiers.Length == 0 ? [] : [tiers.Aggregate(static (all, tier) => all.Plus(tier))];
    }

    private ModelUsage Tier(string model, bool isLong, long answers, TokenUsage usage, long? cost)
    {
        // The recorded cost is what was paid. Outside of a batch tokens cost twice as much, and searches the same.
        long searches = PriceList.OfSearches(usage.WebSearches);
        long? saved = prices.Cost(model, usage.WithoutCache(), isBatch: true, isLong) - prices.Cost(model, usage, isBatch: true, isLong);
        return new ModelUsage(model, answers, usage, cost, ((cost - searches) * 2) + searches, saved);
    }
}
