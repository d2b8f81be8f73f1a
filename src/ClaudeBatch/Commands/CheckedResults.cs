using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Commands;

/// <summary>
/// Collects what has ended, checks it against the books, gives its results from disk, and says for the command what there is to say of them.
/// </summary>
/// <param name="command">The command.</param>
/// <param name="choice">Which results are given.</param>
/// <param name="take">Takes each result, on the thread of the pipeline.</param>
internal sealed partial class CheckedResults(ConnectedCommand command, ResultChoice choice, Action<BatchResult> take)
{
    private readonly HashSet<long> _jobs = [];

    private readonly HashSet<long> _collected = [];

    /// <summary>Collects a job, and gives its results.</summary>
    public async Task GiveAsync(JobRecord job, CancellationToken cancellationToken)
        => Give(job, await CollectAsync(job, cancellationToken), cancellationToken);

    /// <summary>Collects a job, and returns its batches with results on disk that did not come before.</summary>
    public async Task<IReadOnlyList<BatchRecord>> CollectAsync(JobRecord job, CancellationToken cancellationToken)
        => await CollectAsync([.. command.Open().Ledger.Batches.OfJob(job.Id).Where(command.IsFirst)], cancellationToken);

    /// <summary>Gives the results of a job that was collected.</summary>
    public void Give(JobRecord job, IReadOnlyList<BatchRecord> collected, CancellationToken cancellationToken)
    {
        BookCheck books = new Reconciler(command.Open().Ledger).Check(command.Open().Ledger.Jobs.Get(job.Id));
        bool goesOn = books.Totals.Pending + books.Totals.WaitingForTools > 0 || job.SealedAt is null;
        if (!choice.Strict && (goesOn || choice.LeavesUnfinished) && JobRows.Unfinished(job, books) is { } unfinished)
        {
            command.Warn($"{unfinished}.");
        }

        // Of what the service has never accepted nothing comes any more, which a report says in its own words.
        IReadOnlyList<BookProblem> problems = choice.Strict ? books.Problems
            : [.. JobRows.Wrong(books, besides: choice.LeavesUnfinished ? null : ProblemKind.NotSubmitted)];
        Give($"job '{job.Name}'", problems, job, collected, only: null, cancellationToken);
    }

    /// <summary>Gives the results of batches of one job that were collected.</summary>
    /// <param name="batches">The batches.</param>
    /// <param name="only">Tells the results that are meant; null for all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public void Give(IReadOnlyList<BatchRecord> batches, Func<CollectedResult, bool>? only, CancellationToken cancellationToken)
    {
        // Other parts of the job may still be running, so only these batches are checked and not the whole job.
        Reconciler reconciler = new(command.Open().Ledger);
        string what = batches.Count == 1 ? $"batch '{batches[0].Key}'" : $"{batches.Count} batches of job '{batches[0].Job}'";
        JobRecord job = command.Open().Ledger.Jobs.Get(batches[0].JobId);
        Give(what, [.. batches.SelectMany(reconciler.Check)], job, batches, only, cancellationToken);
    }

    /// <summary>Says, when the last results were given, what there is to say of all of them.</summary>
    public void Close()
    {
        WarnOfUnknownCosts();
        choice.Acceptance?.Complain(command.Warn);
        foreach (JobRecord job in _jobs.Select(id => command.Open().Ledger.Jobs.Get(id)).Where(static j => j.PauseReason is not null))
        {
            command.Warn($"Job '{job.Name}' is paused: {job.PauseReason}");
        }

        TellEnds();
    }

    private void Give(
        string what,
        IReadOnlyList<BookProblem> problems,
        JobRecord job,
        IReadOnlyList<BatchRecord> batches,
        Func<CollectedResult, bool>? only,
        CancellationToken cancellationToken)
    {
        _jobs.Add(job.Id);
        string? complaint = problems.Count == 0
            ? null
            : $"The books of {what} do not balance: {string.Join(" ", problems.Select(static p => p.Message))} Compare-ClaudeBatch "
                + $"-Job {job.Name} lists the ids.";
        if (complaint is not null && choice.Strict)
        {
            command.Fail(new ClaudeBatchException(
                FailureKind.InvalidData,
                "BooksDoNotBalance",
                complaint + " Nothing of it is emitted under -Strict.") { Target = job.Name });
            return;
        }

        using (ResultReader reader = new(command.Open().Ledger))
        {
            bool missingLast = !choice.Ordered && problems.Any(static p => p.Kind == ProblemKind.Missing);
            // A request that still waits for its answer has no result.
            IEnumerable<CollectedResult> results = reader.InOrder(batches, choice.AllAttempts)
                .Where(r => RequestStatuses.Of(r.Batch.State, r.Attempt.Outcome) != RequestStatus.Pending && only?.Invoke(r) != false);
            long given = 0;
            Give(missingLast ? results.Where(static r => r.Attempt.Outcome != Outcome.Missing) : results, ref given, cancellationToken);
            if (missingLast)
            {
                Give(results.Where(static r => r.Attempt.Outcome == Outcome.Missing), ref given, cancellationToken);
            }
        }

        if (complaint is not null)
        {
            command.Warn(complaint);
        }
    }

    private void Give(IEnumerable<CollectedResult> results, ref long given, CancellationToken cancellationToken)
    {
        if (given == choice.First)
        {
            return;
        }

        foreach (BatchResult result in BatchResult.From(results))
        {
            cancellationToken.ThrowIfCancellationRequested();
            NoteCost(result);
            choice.Acceptance?.Judge(result);
            if (choice.Takes(result))
            {
                take(result);
                if (++given == choice.First)
                {
                    return;
                }
            }
        }
    }
}
