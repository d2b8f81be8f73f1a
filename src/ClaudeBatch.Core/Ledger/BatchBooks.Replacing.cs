using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <content>Parts that have the same requests: one was refused or given up, and a later one replaces it.</content>
public sealed partial class BatchBooks
{
    /// <summary>
    /// The parts whose requests a part replaces, which the service has refused or may not have got: their create calls are to be settled
    /// before the same requests are sent in this part.
    /// </summary>
    public IReadOnlyList<BatchRecord> RefusedBefore(BatchRecord batch) => database.Read(
        $"""
        {Select} WHERE b.job_id = $job AND b.id < $id AND b.service_id IS NULL AND b.intent IS NOT NULL
        AND (b.refusal IS NOT NULL OR b.state = {SqlWord.Unconfirmed}) AND {HaveRowsInCommon("b.id", "$id")} ORDER BY b.id
        """,
        BatchRecord.From,
        ("$job", batch.JobId),
        ("$id", batch.Id));

    /// <summary>The parts that replace requests of this part, in their order.</summary>
    public IReadOnlyList<BatchRecord> Replacing(BatchRecord batch) => database.Read(
        $"""
        {Select} WHERE b.job_id = $job AND b.state <> {SqlWord.Draft} AND b.id > $id AND {HaveRowsInCommon("$id", "b.id")} ORDER BY b.id
        """,
        BatchRecord.From,
        ("$job", batch.JobId),
        ("$id", batch.Id));

    // Whether a part replaces another is told by their rows: between them there may be parts that were given up or refused.
    private static string HaveRowsInCommon(string one, string other)
        => $"EXISTS (SELECT 1 FROM attempt a JOIN attempt x ON x.id = {RowKey.Of(other, "a.row")} WHERE {RowKey.Within("a.id", one)})";

    /// <summary>
    /// Takes back the parts that replace requests of this part and are not with the service, because it turned out to have this one. They
    /// become a draft, which the next input of the job discards; until then they count for nothing.
    /// </summary>
    /// <returns>How many parts were taken back.</returns>
    internal int TakeBackReplacing(BatchRecord batch)
    {
        ForgetTallies(batch.JobId);
        return database.Execute(
            $"""
            UPDATE batch SET state = {SqlWord.Draft}, version = version + 1
            WHERE job_id = $job AND id > $id AND service_id IS NULL
            AND state IN ({SqlWord.Spooled}, {SqlWord.Abandoned}, {SqlWord.Rejected}) AND {HaveRowsInCommon("$id", "batch.id")}
            """,
            ("$job", batch.JobId),
            ("$id", batch.Id));
    }
}
