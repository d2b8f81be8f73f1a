using System.Globalization;
using System.Text;
using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <summary>The attempts of one batch, counted by their outcomes.</summary>
internal sealed class BatchTally
{
    private readonly TallyCounts _tally;

    private BatchTally(BatchRecord batch, TallyCounts tally)
    {
        Batch = batch;
        _tally = tally;
    }

    public BatchRecord Batch { get; }

    /// <summary>The cost of all its attempts; null where a price is not known.</summary>
    public long? CostInPicodollars => _tally.CostInPicodollars;

    /// <summary>The number of its requests that the ledger has.</summary>
    public long Requests => _tally.Counts.Sum(static c => c.Count);

    /// <summary>The attempts that no later one has replaced, counted by their outcomes.</summary>
    public IEnumerable<(Outcome? Outcome, long Count)> Last
        => _tally.Counts.Where(static c => c.IsLast).Select(static c => (c.Outcome, c.Count));

    /// <summary>The answers among the last attempts that cannot be used as they are.</summary>
    public long Incomplete => _tally.Counts.Where(static c => c.IsLast && c.IsIncomplete).Sum(static c => c.Count);

    /// <summary>Those of them that ask for another round.</summary>
    public long Waiting => _tally.Counts.Where(static c => c.IsLast && c.IsWaiting).Sum(static c => c.Count);

    /// <summary>Those of them that the user's own check did not accept.</summary>
    public long NotAccepted => _tally.Counts.Where(static c => c.IsLast && c.IsNotAccepted).Sum(static c => c.Count);

    public long Of(Outcome outcome) => _tally.Counts.Where(c => c.Outcome == outcome).Sum(static c => c.Count);

    /// <summary>
    /// Counts the attempts. The counts of a collected batch are kept until one of its attempts changes, so that a job that ended long ago is
    /// not counted at every step.
    /// </summary>
    public static BatchTally Of(LedgerDatabase database, BatchRecord batch)
    {
        if (batch.State != BatchState.Collected)
        {
            return new BatchTally(batch, Count(database, batch));
        }

        TallyCounts? tally = Kept(database, batch);
        if (tally is null)
        {
            // In one transaction: an attempt that changes in between would leave counts that are wrong for ever.
            database.Write(() =>
            {
                tally = Count(database, batch);
                database.Execute(
                    $"UPDATE batch SET tally = $tally WHERE id = $id AND state = {SqlWord.Collected}",
                    ("$tally", tally.ToText()),
                    ("$id", batch.Id));
            });
        }

        return new BatchTally(batch, tally!);
    }

    private static TallyCounts? Kept(LedgerDatabase database, BatchRecord batch)
        => database.Read("SELECT tally FROM batch WHERE id = $id", static row => row.TextOrNull("tally"), ("$id", batch.Id))
            .SingleOrDefault() is { } text
            ? TallyCounts.Parse(text)
            : null;

    // Most attempts have succeeded and were not replaced; these are counted as the rest, because a GROUP BY would have to sort them.
    private static TallyCounts Count(LedgerDatabase database, BatchRecord batch)
    {
        const string isUnusable = $"(outcome IS {SqlWord.Succeeded} AND {AttemptRecord.IsUnusable})";
        const string waits = $"({isUnusable} AND {AttemptRecord.AsksForRound})";
        const string isAnswered = $"(outcome IS {SqlWord.Succeeded} AND NOT {isUnusable} AND {AttemptBooks.IsLast})";
        (long all, long answered, long? cost) = database.Read(
            $"""
            SELECT count(*) AS requests, total({isAnswered}) AS answered,
                CASE WHEN count(outcome) = count(cost_in_picodollars) THEN coalesce(sum(cost_in_picodollars), 0) END AS cost
            FROM attempt a WHERE {RowKey.Within("a.id", "$batch")}
            """,
            static row => (row.Number("requests"), row.Number("answered"), row.NumberOrNull("cost")),
            ("$batch", batch.Id)).Single();
        List<TallyCount> counts = all == answered ? [] : database.Read(
            $"""
            SELECT outcome, {AttemptBooks.IsLast} AS is_last, {isUnusable} AS is_unusable, {waits} AS waits,
                not_accepted IS NOT NULL AS is_refused, count(*) AS requests FROM attempt a
            WHERE {RowKey.Within("a.id", "$batch")} AND NOT {isAnswered} GROUP BY outcome, is_last, is_unusable, waits, is_refused
            """,
            static row => new TallyCount(
                row.MemberOrNull<Outcome>("outcome"),
                row.Number("is_last") != 0,
                row.Number("is_unusable") != 0,
                row.Number("waits") != 0,
                row.Number("is_refused") != 0,
                row.Number("requests")),
            ("$batch", batch.Id));
        if (all - counts.Sum(static c => c.Count) is > 0 and var rest)
        {
            counts.Add(new TallyCount(Outcome.Succeeded, IsLast: true, IsIncomplete: false, IsWaiting: false, IsNotAccepted: false, rest));
        }

        return new TallyCounts(counts, cost);
    }
}

/// <summary>The counts of a batch's attempts, as the ledger keeps them.</summary>
/// <param name="Counts">The counts by outcome.</param>
/// <param name="CostInPicodollars">The cost of all attempts; null where the price of one is not known.</param>
internal sealed record TallyCounts(IReadOnlyList<TallyCount> Counts, long? CostInPicodollars)
{
    // Not JSON: a serializer for these types would take a tenth of the time of a process's first command.
    private const char Between = ';';

    private const char Within = ':';

    private const string Unknown = "-";

    /// <summary>Reads what <see cref="ToText"/> has written.</summary>
    /// <exception cref="FormatException">The text is another one.</exception>
    public static TallyCounts Parse(string text)
    {
        string[] fields = text.Split(Between);
        return new TallyCounts(
            [.. fields.Skip(1).Select(ParseCount)],
            fields[0] == Unknown ? null : long.Parse(fields[0], CultureInfo.InvariantCulture));
    }

    /// <summary>Writes the cost and the counts, such as <c>1200;Succeeded:1:0:0:0:99;Errored:0:0:0:0:1</c>; a hyphen stands for null.</summary>
    public string ToText()
    {
        StringBuilder text = new(CostInPicodollars?.ToString(CultureInfo.InvariantCulture) ?? Unknown);
        foreach (TallyCount count in Counts)
        {
            text.Append(Between).Append(Word<Outcome>.Of(count.Outcome) ?? Unknown).Append(Within).Append(count.IsLast ? 1 : 0)
                .Append(Within).Append(count.IsIncomplete ? 1 : 0)
                .Append(Within).Append(count.IsWaiting ? 1 : 0)
                .Append(Within).Append(count.IsNotAccepted ? 1 : 0)
                .Append(Within).Append(count.Count.ToString(CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }

    private static TallyCount ParseCount(string field)
    {
        string[] parts = field.Split(Within);
        return parts.Length == 6
            ? new TallyCount(
                parts[0] == Unknown ? null : Word<Outcome>.Read(Encoding.UTF8.GetBytes(parts[0])),
                parts[1] == "1",
                parts[2] == "1",
                parts[3] == "1",
                parts[4] == "1",
                long.Parse(parts[5], CultureInfo.InvariantCulture))
            : throw new FormatException($"'{field}' is no count.");
    }
}

/// <param name="Outcome">How the attempts ended; null where they have no outcome yet.</param>
/// <param name="IsLast">Whether no later attempt has replaced them.</param>
/// <param name="IsIncomplete">Whether they have answers that cannot be used as they are.</param>
/// <param name="IsWaiting">Whether these ask for another round.</param>
/// <param name="IsNotAccepted">Whether the user's own check did not accept these.</param>
/// <param name="Count">How many there are.</param>
internal sealed record TallyCount(Outcome? Outcome, bool IsLast, bool IsIncomplete, bool IsWaiting, bool IsNotAccepted, long Count);
