using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Commands;

/// <summary>The results of a job that were piped: their requests, and what a check of the user's own has marked at their answers.</summary>
internal sealed class PipedResults
{
    private readonly Dictionary<string, (string? BatchId, bool IsComplete, string? Reason)> _answers = new(StringComparer.Ordinal);

    /// <summary>The custom ids.</summary>
    public HashSet<string> CustomIds { get; } = new(StringComparer.Ordinal);

    public void Add(BatchReference reference)
    {
        CustomIds.Add(reference.CustomId!);
        if (reference.Answer is { } answer)
        {
            _answers[reference.CustomId!] = (reference.Key, answer.IsComplete, answer.Reason);
        }
    }

    /// <summary>Gives the marks that differ from what the books have. One of an earlier answer says nothing of the last.</summary>
    public Verdicts Marks(JobLedger ledger, JobRecord job)
    {
        Verdicts marks = new();
        if (_answers.Count == 0)
        {
            return marks;
        }

        foreach (BatchRecord batch in ledger.Batches.OfJob(job.Id).Where(static b => b.State == BatchState.Collected))
        {
            foreach (AttemptRecord attempt in ledger.Attempts.All(batch, onlyLast: true))
            {
                if (_answers.TryGetValue(attempt.CustomId, out (string? BatchId, bool IsComplete, string? Reason) answer)
                    && answer.BatchId == batch.ServiceId && attempt is { Outcome: Outcome.Succeeded, IsIncomplete: false })
                {
                    string? why = answer.IsComplete ? null : answer.Reason ?? Acceptance.Unknown;
                    // The reason of an answer that was kept goes on behind the one in the books.
                    if (why is null ? attempt.NotAccepted is not null : why != attempt.NotAccepted && !IsOf(attempt, why))
                    {
                        marks.Add(batch, attempt.Row, why);
                    }
                }
            }
        }

        return marks;
    }

    private static bool IsOf(AttemptRecord attempt, string why)
        => attempt is { FailedLater: not null, NotAccepted: { } known } && why.StartsWith(known, StringComparison.Ordinal);
}
