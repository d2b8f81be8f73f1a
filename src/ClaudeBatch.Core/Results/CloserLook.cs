using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Results;

/// <summary>
/// Judges those answers of a batch that take more than their line to judge: the schema of the request, or a parse of the answer. It is done
/// once, before the batch is collected, so that jobs and books can count what is incomplete.
/// </summary>
internal static class CloserLook
{
    /// <param name="ledger">The ledger, in which the outcomes of the batch are recorded.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="unjudged">How many answers their lines did not tell enough about, those with a schema aside.</param>
    /// <exception cref="ClaudeBatchException"><c>BatchGone</c>, <c>ResultsChanged</c>.</exception>
    public static void AtAnswers(JobLedger ledger, BatchRecord batch, int unjudged)
    {
        bool hasSchemas = File.Exists(ledger.Folder.Schemas(batch.JobId));
        if (unjudged == 0 && !hasSchemas)
        {
            return;
        }

        using ResultReader reader = new(ledger);
        List<AnswerVerdict> verdicts = [];
        foreach (AttemptRecord attempt in ledger.Attempts.All(batch))
        {
            // Without its schema, which was removed by request, an answer is not judged.
            if (attempt is not { Outcome: Outcome.Succeeded, IsIncomplete: null } || (attempt.OutputSchema > 0 && !hasSchemas))
            {
                continue;
            }

            CollectedResult answer = reader.Read(batch, attempt with { SourceLength = 0 }); // the row says nothing about the answer
            verdicts.Add(new AnswerVerdict(
                attempt.Row, answer.IsEmptyTurn() ? AttemptRecord.EmptyTurn : Completeness.Of(answer) is not null ? 1 : 0));
            if (verdicts.Count == LedgerDatabase.RowsPerTransaction)
            {
                ledger.Attempts.RecordVerdicts(batch, verdicts);
                verdicts.Clear();
            }
        }

        ledger.Attempts.RecordVerdicts(batch, verdicts);
    }
}
