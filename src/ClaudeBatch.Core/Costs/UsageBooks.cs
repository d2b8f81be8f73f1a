using System.Globalization;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Costs;

/// <summary>The tokens and costs that the ledger has kept of answers, summed by model.</summary>
public sealed class UsageBooks(JobLedger ledger, PriceList prices)
{
    /// <summary>Of the answers of these batches, all attempts, by the name of the model.</summary>
    public IReadOnlyList<ModelUsage> Of(IReadOnlyCollection<BatchRecord> batches)
    {
        string ids = string.Join(',', batches.Select(static b => b.Id.ToString(CultureInfo.InvariantCulture)));
        return
        [
            .. ledger.Database.Read($"SELECT DISTINCT model FROM {Attempts(ids)} AND model IS NOT NULL ORDER BY model", static row => row.Text(0))
                .Select(m => Tiers(ids, m).Aggregate(static (sum, tier) => sum.Plus(tier))),
        ];
    }

    private static string Attempts(string ids) => $"batch b JOIN attempt a ON {RowKey.Within("a.id", "b.id")} WHERE b.id IN ({ids})";

    // What has the same price can be added up: one row for each place it ran at, and for prompts that are long.
    private List<ModelUsage> Tiers(string ids, string model) => ledger.Database.Read(
        $"""
        SELECT inference_geo, input_tokens + cache_write_5m_tokens + cache_write_1h_tokens + cache_read_tokens > $from AS is_long,
            count(*), sum(input_tokens), sum(cache_write_5m_tokens), sum(cache_write_1h_tokens), sum(cache_read_tokens), sum(output_tokens), sum(web_searches),
            CASE WHEN count(*) = count(cost_in_picodollars) THEN sum(cost_in_picodollars) END
        FROM {Attempts(ids)} AND model = $model GROUP BY inference_geo, is_long
        """,
        row => Tier(
            model,
            row.Number(1) != 0,
            row.Number(2),
            new TokenUsage(row.Number(3), row.Number(4), row.Number(5), row.Number(6), row.Number(7), row.Number(8), row.TextOrNull(0)),
            row.NumberOrNull(9)),
        ("$model", model),
        ("$from", prices.LongPromptFrom(model) ?? int.MaxValue));

    private ModelUsage Tier(string model, bool isLong, long answers, TokenUsage usage, long? cost)
    {
        // What was paid is what the books say; a search costs the same outside of a batch.
        long searches = PriceList.OfSearches(usage.WebSearches);
        long? saved = prices.Cost(model, usage.WithoutCache(), isBatch: true, isLong) - prices.Cost(model, usage, isBatch: true, isLong);
        return new ModelUsage(model, answers, usage, cost, ((cost - searches) * 2) + searches, saved);
    }
}
