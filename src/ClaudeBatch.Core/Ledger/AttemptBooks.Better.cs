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
        + "WHERE pb.job_id = $job AND pb.id > $batch AND p.replaced_by = $batch AND p.outcome IS NOT NULL)";

    // An attempt that failed after an answer points back to it.
    private static readonly string s_isNewest =
        $"({IsLast} OR (a.replaced_by < a.batch_id AND NOT EXISTS (SELECT 1 FROM batch nb JOIN attempt n "
        + $"ON n.id = {RowKey.Of("nb.id", "a.row")} WHERE nb.job_id = $job AND nb.id > a.batch_id AND nb.state <> {SqlWord.Draft})))";

    /// <summary>Reads one attempt of a batch.</summary>
    internal AttemptRecord Get(BatchRecord batch, long row) => OfBatch(batch, row - 1, limit: 1)[0];

    /// <summary>
    /// Gives each request of a batch that is over its better word: its newest answer, where the attempt after it failed, or a still newer answer
    /// came late. What is still to be sent or answered stays the word until it is over, and an answer to what the request was before its content
    /// was replaced is none, nor is one whose conversation has gone on: that was a step. It is called in the transaction that ends the batch.
    /// </summary>
    /// <param name="batch">A batch that is final.</param>
    internal void KeepBetter(BatchRecord batch)
    {
        (string, object?)[] values = [("$batch", batch.Id), ("$job", batch.JobId)];
        if (database.Scalar("SELECT max(max(attempt), max(round)) FROM batch WHERE job_id = $job", values) == 1)
        {
            return; // only a retry can have come after an answer
        }

        List<KeptAnswer> kept = database.Read(
            $"""
            SELECT a.row AS row,
                (SELECT max(e.batch_id) FROM batch eb CROSS JOIN attempt e ON e.id = {RowKey.Of("eb.id", "a.row")}
                    WHERE eb.job_id = $job AND e.outcome = {SqlWord.Succeeded} AND NOT EXISTS (
                        SELECT 1 FROM batch xb WHERE xb.id = e.replaced_by AND xb.round > eb.round) AND NOT EXISTS (SELECT 1 FROM earlier_content c
                        WHERE c.request_id = {RowKey.Of("$job", "a.row")} AND c.batch_id > e.batch_id)) AS answer,
                (SELECT l.batch_id FROM batch lb CROSS JOIN attempt l ON l.id = {RowKey.Of("lb.id", "a.row")}
                    WHERE lb.job_id = $job AND lb.state <> {SqlWord.Draft} AND l.replaced_by IS NULL
                        AND (l.outcome IS NOT NULL OR lb.state IN ({SqlWord.FinalStates}))) AS word
            FROM attempt a WHERE {RowKey.Within("a.id", "$batch")}
                AND (a.outcome IS {SqlWord.Succeeded}) = (a.replaced_by IS NOT NULL)
            """,
            static row => new KeptAnswer(row.Number("row"), row.NumberOrNull("answer"), row.NumberOrNull("word")),
            values).FindAll(static k => k.Answer is not null && k.Word is not null && k.Answer != k.Word);
        if (kept.Count == 0)
        {
            return;
        }

        foreach (KeptAnswer row in kept)
        {
            Point(row.Word!.Value, row.Row, row.Answer);
            Point(row.Answer!.Value, row.Row, to: null);
        }

        new BatchBooks(database).ForgetTallies(batch.JobId);
        string answers = string.Join(',', kept.Where(static k => k.Answer < k.Word).Select(static k => k.Answer).Distinct());
        database.Execute($"UPDATE batch SET has_kept_answers = 1 WHERE id IN ({answers})");
    }

    private void Point(long batch, long row, long? to) => database.Execute(
        "UPDATE attempt SET replaced_by = $to WHERE id = $id", ("$to", to), ("$id", RowKey.Of(batch, row)));

    // The batches of a request's newest answer and of its last word.
    private readonly record struct KeptAnswer(long Row, long? Answer, long? Word);
}
