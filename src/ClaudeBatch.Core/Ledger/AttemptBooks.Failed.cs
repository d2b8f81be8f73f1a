using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <content>
/// Attempts that have failed. There is an index of them, so that a ledger with millions of answers is not read through at every step.
/// </content>
public sealed partial class AttemptBooks
{
    private const string FailedIndex = "attempt_that_failed";

    // The condition of the index, word for word: SQLite takes the index only where a query has it.
    private const string HasFailed = $"a.outcome <> {SqlWord.Succeeded}";

    /// <summary>
    /// Whether the last attempt of a request of the job failed because of the account (<see cref="FailureClass.OperatorFixable"/>).
    /// </summary>
    public bool AnyWaitsForOperator(JobRecord job) => database.Scalar(
        $"""
        SELECT EXISTS (SELECT 1 FROM batch b CROSS JOIN attempt a INDEXED BY {FailedIndex} ON {RowKey.Within("a.id", "b.id")}
        WHERE b.job_id = $job AND {HasFailed} AND a.failure_class = {SqlWord.OperatorFixable} AND {s_isNewest})
        """,
        ("$job", job.Id)) != 0;

    /// <summary>Whether a request of the batch has failed with one of these classes, and was not sent again since.</summary>
    internal bool AnyFailed(BatchRecord batch, IEnumerable<FailureClass> classes) => classes.Any(failureClass => database.Scalar(
        $"""
        SELECT EXISTS (SELECT 1 FROM attempt a INDEXED BY {FailedIndex}
        WHERE {HasFailed} AND a.failure_class = $failure AND {RowKey.Within("a.id", "$batch")} AND {s_isNewest})
        """,
        ("$failure", Word<FailureClass>.Of(failureClass)),
        ("$batch", batch.Id),
        ("$job", batch.JobId)) != 0);

    /// <summary>Records that a request that has failed cannot be sent again as it is. It is called inside a transaction.</summary>
    internal void GiveUp(BatchRecord batch, long row)
    {
        new BatchBooks(database).ForgetTallies(batch.JobId);
        database.Execute(
            $"UPDATE attempt SET failure_class = $class WHERE id = {RowKey.Of("$batch", "$row")} AND outcome <> {SqlWord.Succeeded}",
            ("$class", Word<FailureClass>.Of(FailureClass.Permanent)),
            ("$batch", batch.Id),
            ("$row", row));
    }
}
