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
    /// Takes back what parts have of the requests of this part and is not with the service, because it turned out to have this one. A part
    /// that has nothing else becomes a draft, which the next input of the job discards; the other requests of a part are given up, so that the
    /// next input sends them.
    /// </summary>
    /// <returns>How many parts were taken back.</returns>
    internal int TakeBackReplacing(BatchRecord batch)
    {
        ForgetTallies(batch.JobId);
        List<long> parts = database.Read(
            $"""
            SELECT id FROM batch WHERE job_id = $job AND id > $id AND service_id IS NULL
            AND state IN ({SqlWord.Spooled}, {SqlWord.Abandoned}, {SqlWord.Rejected}) AND {HaveRowsInCommon("$id", "batch.id")}
            ORDER BY id DESC
            """,
            static row => row.Number("id"),
            ("$job", batch.JobId),
            ("$id", batch.Id));
        foreach (long part in parts)
        {
            TakeBack(batch, part);
        }

        return parts.Count;
    }

    // The later part goes first, so that a request gets back what it was before the earlier one.
    private void TakeBack(BatchRecord batch, long part)
    {
        (string, object?)[] values = [("$job", batch.JobId), ("$batch", batch.Id), ("$part", part)];
        string rows = $"SELECT row FROM attempt WHERE {RowKey.Within("id", "$batch")}";
        string content = $"FROM earlier_content WHERE batch_id = $part AND request_id = request.id";
        database.Execute(
            $"""
            UPDATE request SET (digest, source_offset, source_length, source_digest, variant)
                = (SELECT digest, source_offset, source_length, source_digest, variant {content})
            WHERE {RowKey.Within("id", "$job")} AND row IN ({rows}) AND EXISTS (SELECT 1 {content})
            """,
            values);
        database.Execute(
            $"""
            DELETE FROM earlier_content WHERE batch_id = $part AND {RowKey.Within("request_id", "$job")}
                AND request_id IN (SELECT id FROM request WHERE {RowKey.Within("id", "$job")} AND row IN ({rows}))
            """,
            values);
        database.Execute(
            $"""
            UPDATE attempt SET replaced_by = NULL WHERE replaced_by = $part
                AND id IN (SELECT {RowKey.Of("b.id", "r.row")} FROM batch b, ({rows}) r WHERE b.job_id = $job AND b.id < $part)
            """,
            values);
        database.Execute($"DELETE FROM attempt WHERE {RowKey.Within("id", "$part")} AND row IN ({rows})", values);
        database.Execute(
            $"""
            UPDATE batch SET version = version + 1,
                state = CASE WHEN EXISTS (SELECT 1 FROM attempt WHERE {RowKey.Within("attempt.id", "$part")})
                    THEN {SqlWord.Abandoned} ELSE {SqlWord.Draft} END,
                request_count = (SELECT count(*) FROM attempt WHERE {RowKey.Within("attempt.id", "$part")}),
                processing = (SELECT count(*) FROM attempt WHERE {RowKey.Within("attempt.id", "$part")})
            WHERE id = $part
            """,
            values);
    }
}
