using System.Globalization;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Results;

/// <summary>Holds a job's books against its input and against the service's counts.</summary>
public sealed class Reconciler(JobLedger ledger)
{
    private const int IdsNamed = 20;

    public BookCheck Check(JobRecord job)
    {
        JobTotals totals = ledger.Jobs.Totals(job);
        IReadOnlyList<BatchRecord> batches = ledger.Batches.OfJob(job.Id);
        List<BookProblem> problems = [];
        if (job.SealedAt is null)
        {
            problems.Add(new BookProblem("NotSealed", null, 0, "The end of the input was never seen; nothing was sent.", []));
        }

        if (totals.Sum != totals.Requests)
        {
            problems.Add(new BookProblem(
                "SumDiffers",
                null,
                totals.Requests - totals.Sum,
                string.Create(CultureInfo.InvariantCulture, $"The buckets hold {totals.Sum} requests, the input had {totals.Requests}."),
                []));
        }

        AddBucket(problems, job, "Pending", totals.Pending, "have no outcome yet", null);
        if (job.StoppedAt is null)
        {
            AddBucket(problems, job, "NotSubmitted", totals.NotSubmitted, "were never accepted by the service", null);
        }

        AddBucket(problems, job, "Missing", totals.Missing, "were left out of the service's answer", Outcome.Missing);
        AddBucket(problems, job, "Unknown", totals.Unknown, "ended in a way this version does not know, or were lost", Outcome.Unknown);
        foreach (BatchRecord batch in batches)
        {
            AddBatch(problems, batch);
        }

        return new BookCheck(totals, batches.Count, batches.Sum(static b => b.Duplicated), batches.Sum(static b => b.Foreign), problems);
    }

    private void AddBucket(List<BookProblem> problems, JobRecord job, string kind, long count, string what, string? outcome)
    {
        if (count > 0)
        {
            problems.Add(new BookProblem(
                kind, null, count, string.Create(CultureInfo.InvariantCulture, $"{count} requests {what}."), outcome is null ? [] : Ids(job.Id, outcome)));
        }
    }

    private void AddBatch(List<BookProblem> problems, BatchRecord batch)
    {
        if (batch.Adopted == "Tentative")
        {
            problems.Add(new BookProblem("Tentative", batch.Key, batch.RequestCount, $"Batch '{batch.Key}' was adopted and is not confirmed yet.", []));
        }

        if (batch.Duplicated > 0)
        {
            problems.Add(new BookProblem("Duplicated", batch.Key, batch.Duplicated, $"{batch.Duplicated} lines of batch '{batch.Key}' repeat an id.", []));
        }

        if (batch.Foreign > 0)
        {
            problems.Add(new BookProblem("Foreign", batch.Key, batch.Foreign, $"{batch.Foreign} lines of batch '{batch.Key}' have an id that was never in it.", []));
        }

        if (batch.State == BatchState.Collected && CountsDiffer(batch) is { } difference)
        {
            problems.Add(new BookProblem("CountsDiffer", batch.Key, 0, difference, []));
        }
    }

    private string? CountsDiffer(BatchRecord batch)
    {
        Dictionary<string, long> ours = ledger.Database.Read(
            "SELECT outcome, count(*) FROM attempt WHERE batch_id = $batch GROUP BY outcome",
            static row => (Outcome: row.TextOrNull(0) ?? string.Empty, Count: row.Number(1)),
            ("$batch", batch.Id)).ToDictionary(static x => x.Outcome, static x => x.Count);
        foreach ((string outcome, int theirs) in new[]
        {
            (Outcome.Succeeded, batch.Counts.Succeeded),
            (Outcome.Errored, batch.Counts.Errored),
            (Outcome.Canceled, batch.Counts.Canceled),
            (Outcome.Expired, batch.Counts.Expired),
        })
        {
            if (ours.GetValueOrDefault(outcome) != theirs)
            {
                return $"Batch '{batch.Key}' has {ours.GetValueOrDefault(outcome)} {outcome} lines; the service counted {theirs}.";
            }
        }

        return null;
    }

    private List<string> Ids(long jobId, string outcome) => ledger.Database.Read(
        $"""
        SELECT r.custom_id FROM batch b JOIN attempt a ON a.batch_id = b.id JOIN request r ON r.job_id = b.job_id AND r.row = a.row
        WHERE b.job_id = $job AND {AttemptBooks.IsLast} AND a.outcome = $outcome LIMIT $limit
        """,
        static row => row.Text(0),
        ("$job", jobId),
        ("$outcome", outcome),
        ("$limit", IdsNamed));
}
