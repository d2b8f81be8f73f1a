using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <summary>The attempts of one batch, counted by their outcomes.</summary>
internal sealed class BatchTally
{
    private readonly List<(Outcome? Outcome, bool IsLast, long Count)> _counts;

    private BatchTally(BatchRecord batch, List<(Outcome? Outcome, bool IsLast, long Count)> counts, long? cost)
    {
        Batch = batch;
        _counts = counts;
        CostInPicodollars = cost;
    }

    public BatchRecord Batch { get; }

    /// <summary>The cost of all its attempts; null where a price is not known.</summary>
    public long? CostInPicodollars { get; }

    /// <summary>The number of its requests that the ledger has.</summary>
    public long Requests => _counts.Sum(static c => c.Count);

    /// <summary>The attempts that no later one has replaced, counted by their outcomes.</summary>
    public IEnumerable<(Outcome? Outcome, long Count)> Last => _counts.Where(static c => c.IsLast).Select(static c => (c.Outcome, c.Count));

    public long Of(Outcome outcome) => _counts.Where(c => c.Outcome == outcome).Sum(static c => c.Count);

    /// <summary>
    /// Counts the attempts. Most of them have succeeded and were not replaced; these are counted as the rest, because a GROUP BY would have
    /// to sort them.
    /// </summary>
    public static BatchTally Count(LedgerDatabase database, BatchRecord batch)
    {
        const string isAnswered = $"(outcome IS {SqlWord.Succeeded} AND {AttemptBooks.IsLast})";
        (long all, long answered, long? cost) = database.Read(
            $"""
            SELECT count(*) AS requests, total({isAnswered}) AS answered,
                CASE WHEN count(outcome) = count(cost_in_picodollars) THEN coalesce(sum(cost_in_picodollars), 0) END AS cost
            FROM attempt a WHERE {RowKey.Within("a.id", "$batch")}
            """,
            static row => (row.Number("requests"), row.Number("answered"), row.NumberOrNull("cost")),
            ("$batch", batch.Id)).Single();
        List<(Outcome? Outcome, bool IsLast, long Count)> counts = all == answered ? [] : database.Read(
            $"""
            SELECT outcome, {AttemptBooks.IsLast} AS is_last, count(*) AS requests FROM attempt a
            WHERE {RowKey.Within("a.id", "$batch")} AND NOT {isAnswered} GROUP BY outcome, is_last
            """,
            static row => (row.MemberOrNull<Outcome>("outcome"), row.Number("is_last") != 0, row.Number("requests")),
            ("$batch", batch.Id));
        if (all - counts.Sum(static c => c.Count) is > 0 and var rest)
        {
            counts.Add((Outcome.Succeeded, true, rest));
        }

        return new BatchTally(batch, counts, cost);
    }
}
