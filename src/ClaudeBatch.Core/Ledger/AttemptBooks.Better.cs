using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <content>
/// Answers that a later attempt was to better, and did not: a paid answer, if only a cut one, is a better last word than a failure.
/// </content>
public sealed partial class AttemptBooks
{
    // The newest attempt after this answer, which has failed, as the ledger's number of its batch.
    private static readonly string s_failedLater =
        $"(SELECT max(pb.id) FROM batch pb JOIN attempt p ON p.id = {RowKey.Of("pb.id", "a.row")} "
        + "WHERE pb.job_id = $job AND pb.id > $batch AND p.replaced_by = $batch)";

    // An attempt that failed after an answer points back to it.
    private static readonly string s_isNewest =
        $"({IsLast} OR (a.replaced_by < a.batch_id AND NOT EXISTS (SELECT 1 FROM batch nb JOIN attempt n "
        + $"ON n.id = {RowKey.Of("nb.id", "a.row")} WHERE nb.job_id = $job AND nb.id > a.batch_id AND nb.state <> {SqlWord.Draft})))";

    /// <summary>Reads one attempt of a batch.</summary>
    internal AttemptRecord Get(BatchRecord batch, long row) => OfBatch(batch, row - 1, limit: 1)[0];

    /// <summary>
    /// Gives each request of a batch that is over its better word: the answer that this attempt was to replace, where it failed itself, and
    /// this attempt, where it has an answer after all. A request whose content was replaced keeps the word on its present content. It is
    /// called in the transaction that ends the batch.
    /// </summary>
    /// <param name="batch">A batch that is final, as it is recorded now.</param>
    internal void KeepBetter(BatchRecord batch)
    {
        (string, object?)[] values = [("$batch", batch.Id), ("$job", batch.JobId)];
        List<(long Row, long Answer)> failed = database.Read(
            $"""
            SELECT a.row AS row, e.batch_id AS answer FROM attempt a
            CROSS JOIN batch eb ON eb.job_id = $job AND eb.id < $batch
            CROSS JOIN attempt e ON e.id = {RowKey.Of("eb.id", "a.row")} AND e.replaced_by = $batch AND e.outcome = {SqlWord.Succeeded}
            WHERE {RowKey.Within("a.id", "$batch")} AND a.replaced_by IS NULL AND a.outcome IS NOT {SqlWord.Succeeded}
                AND NOT EXISTS (SELECT 1 FROM earlier_content c WHERE c.request_id = {RowKey.Of("$job", "a.row")} AND c.batch_id = $batch)
            """,
            static row => (row.Number("row"), row.Number("answer")),
            values);
        List<(long Row, long Answer)> answered = database.Read(
            $"""
            SELECT a.row AS row, a.replaced_by AS answer FROM attempt a
            JOIN attempt e ON e.id = {RowKey.Of("a.replaced_by", "a.row")} AND e.replaced_by IS NULL
            WHERE {RowKey.Within("a.id", "$batch")} AND a.replaced_by < $batch AND a.outcome = {SqlWord.Succeeded}
            """,
            static row => (row.Number("row"), row.Number("answer")),
            values);
        foreach ((long row, long answer) in failed)
        {
            Point(answer, row, to: null);
            Point(batch.Id, row, answer);
        }

        foreach ((long row, long answer) in answered)
        {
            Point(answer, row, batch.Id);
            Point(batch.Id, row, to: null);
        }

        if (failed.Count + answered.Count > 0)
        {
            new BatchBooks(database).ForgetTallies(batch.JobId);
            string kept = string.Join(',', failed.Select(static f => f.Answer).Distinct());
            database.Execute($"UPDATE batch SET has_kept_answers = 1 WHERE id IN ({kept})");
        }
    }

    private void Point(long batch, long row, long? to) => database.Execute(
        "UPDATE attempt SET replaced_by = $to WHERE id = $id", ("$to", to), ("$id", RowKey.Of(batch, row)));
}
