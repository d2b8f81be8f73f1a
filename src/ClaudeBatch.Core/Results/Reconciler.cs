using System.Globalization;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Results;

/// <summary>Compares a job's records with its input and with the service's counts.</summary>
public sealed partial class Reconciler(JobLedger ledger)
{
    private const int IdsNamed = 20;

    /// <summary>Checks the records of a job.</summary>
    /// <param name="job">The job.</param>
    /// <param name="readsFiles">Whether the files of requests and answers are read through and compared with their SHA-256, too.</param>
    public BookCheck Check(JobRecord job, bool readsFiles = false)
    {
        IReadOnlyList<BatchTally> batches = ledger.Jobs.Tallies(job);
        JobTotals totals = JobBooks.Totals(job, batches);
        List<BookProblem> problems = [];
        if (job.SealedAt is null)
        {
            problems.Add(new BookProblem(ProblemKind.NotSealed, null, 0, "The end of the input was never seen; nothing was sent.", []));
        }

        if (totals.Sum != totals.Requests)
        {
            problems.Add(new BookProblem(
                ProblemKind.SumDiffers,
                null,
                totals.Requests - totals.Sum,
                SumDiffers(totals),
                []));
        }

        AddBucket(problems, job, ProblemKind.Pending, RequestStatus.Pending, totals.Pending, "have no outcome yet");
        if (job.StoppedAt is null)
        {
            AddBucket(
                problems,
                job,
                ProblemKind.NotSubmitted,
                RequestStatus.NotSubmitted,
                totals.NotSubmitted,
                "were never accepted by the service");
        }

        if (totals.WaitingForTools > 0)
        {
            problems.Add(new BookProblem(
                ProblemKind.WaitingForTools,
                null,
                totals.WaitingForTools,
                Counted(totals.WaitingForTools, "requests have an answer that calls tools, or goes on, and rounds left."),
                Waiting(job)));
        }

        AddBucket(problems, job, ProblemKind.Missing, RequestStatus.Missing, totals.Missing, "were left out of the service's answer");
        AddBucket(
            problems,
            job,
            ProblemKind.Unknown,
            RequestStatus.Unknown,
            totals.Unknown,
            "ended in a way this version does not know, or were lost");
        foreach (BatchTally batch in batches)
        {
            AddBatch(problems, batch);
            if (readsFiles)
            {
                AddFiles(problems, batch.Batch);
            }
        }

        return new BookCheck(
            totals,
            batches.Count,
            batches.Sum(static b => b.Batch.Duplicated),
            batches.Sum(static b => b.Batch.Foreign),
            problems);
    }

    /// <summary>Checks one collected batch, whatever other batches its job still waits for.</summary>
    public IReadOnlyList<BookProblem> Check(BatchRecord batch)
    {
        List<BookProblem> problems = [];
        BatchTally tally = ledger.Batches.Tally(batch);
        AddBatch(problems, tally);
        if (!batch.State.IsFinal() && tally.Last.Where(static c => c.Outcome is null).Sum(static c => c.Count) is > 0 and var pending)
        {
            problems.Add(new BookProblem(
                ProblemKind.Pending,
                batch.Key,
                pending,
                Counted(pending, $"requests of batch '{batch.Key}' have no answer yet."),
                []));
        }

        if (batch.State == BatchState.Collected && tally.Of(Outcome.Missing) is > 0 and var missing)
        {
            problems.Add(new BookProblem(
                ProblemKind.Missing,
                batch.Key,
                missing,
                Counted(missing, $"requests of batch '{batch.Key}' were left out of the service's answer."),
                []));
        }

        return problems;
    }

    private void AddBucket(List<BookProblem> problems, JobRecord job, ProblemKind kind, RequestStatus status, long count, string what)
    {
        if (count > 0)
        {
            problems.Add(new BookProblem(kind, null, count, Counted(count, $"requests {what}."), Ids(job, status)));
        }
    }

    private void AddBatch(List<BookProblem> problems, BatchTally tally)
    {
        BatchRecord batch = tally.Batch;
        if (batch.IsTentative)
        {
            problems.Add(new BookProblem(
                ProblemKind.Tentative, batch.Key, batch.RequestCount, $"Batch '{batch.Key}' was adopted and is not confirmed yet.", []));
        }

        long parts = tally.Requests;
        if (parts != batch.RequestCount && (parts > 0 || !batch.MadeElsewhere))
        {
            problems.Add(new BookProblem(
                ProblemKind.PartDiffers,
                batch.Key,
                batch.RequestCount - parts,
                PartDiffers(batch, parts),
                []));
        }

        if (batch.State == BatchState.Collected && CountsDiffer(tally) is { } difference)
        {
            problems.Add(new BookProblem(ProblemKind.CountsDiffer, batch.Key, 0, difference, []));
        }

        bool hasLines = batch.State == BatchState.Collected || batch is { State: BatchState.Ended, ResultsDigest: not null };
        if (hasLines && (batch.Duplicated > 0 || batch.Foreign > 0 || tally.Last.Any(static c => c.Outcome is null or Outcome.Missing)))
        {
            AddLines(problems, batch);
        }
    }

    private static string? CountsDiffer(BatchTally ours)
    {
        BatchRecord batch = ours.Batch;
        foreach ((Outcome outcome, int theirs) in new[]
        {
            (Outcome.Succeeded, batch.Counts.Succeeded),
            (Outcome.Errored, batch.Counts.Errored),
            (Outcome.Canceled, batch.Counts.Canceled),
            (Outcome.Expired, batch.Counts.Expired),
        })
        {
            if (ours.Of(outcome) != theirs)
            {
                return $"Batch '{batch.Key}' has {ours.Of(outcome)} {outcome} lines; the service counted {theirs}.";
            }
        }

        return null;
    }

    private static string Counted(long count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}");

    private static string SumDiffers(JobTotals totals) => string.Create(
        CultureInfo.InvariantCulture, $"The buckets hold {totals.Sum} requests, the input had {totals.Requests}.");

    private static string PartDiffers(BatchRecord batch, long parts) => string.Create(
        CultureInfo.InvariantCulture,
        $"Batch '{batch.Key}' was sent with {batch.RequestCount} requests; the books have {parts} of them.");

    private IReadOnlyList<string> Waiting(JobRecord job) =>
    [
        .. ledger.Batches.OfJob(job.Id).Where(b => b.HasRoundsLeft(job)).SelectMany(b => ledger.Tools.Waiting(b, afterRow: -1, IdsNamed))
            .Take(IdsNamed).Select(static a => a.CustomId),
    ];

    private IReadOnlyList<string> Ids(JobRecord job, RequestStatus status) =>
    [
        .. ledger.Attempts.LastOf(ledger.Batches.OfJob(job.Id))
            .Where(a => RequestStatuses.Of(a.Batch.State, a.Attempt.Outcome) == status)
            .Take(IdsNamed)
            .Select(static a => a.Attempt.CustomId),
    ];
}
