using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <summary>Downloads the results of ended batches, each batch once, and writes them from disk.</summary>
[Cmdlet(VerbsCommon.Get, "ClaudeBatchResult", DefaultParameterSetName = InputObjectSet)]
[OutputType(typeof(BatchResult))]
public sealed class GetClaudeBatchResultCommand : BatchCommand
{
    // No status of its own: what succeeded with an answer that cannot be used as it is.
    private const string IncompleteStatus = "Incomplete";

    // The batches from the pipeline, by job, that -Ordered holds back until the input ends.
    private readonly Dictionary<long, List<BatchRecord>> _gathered = [];

    private readonly HashSet<long> _jobs = [];

    private readonly HashSet<string> _unpriced = new(StringComparer.Ordinal);

    private NameFilter? _statuses;

    private NameFilter? _classes;

    [Parameter]
    [ValidateSet("Succeeded", IncompleteStatus, "Errored", "Canceled", "Expired", "Unknown", "Missing")]
    public string[] Status { get; set; } = [];

    [Parameter]
    [ValidateSet("None", "Transient", "Permanent", "OperatorFixable")]
    public string[] FailureClass { get; set; } = [];

    /// <summary>Writes results in the order of the job's input. Those of piped batches are written when the pipeline ends.</summary>
    [Parameter]
    public SwitchParameter Ordered { get; set; }

    /// <summary>Also writes results that a later attempt has replaced.</summary>
    [Parameter]
    public SwitchParameter AllAttempts { get; set; }

    /// <summary>Downloads results again that are on disk already.</summary>
    [Parameter]
    public SwitchParameter Refresh { get; set; }

    /// <summary>Where the books do not balance, writes an error and none of the results of the batch or job.</summary>
    [Parameter]
    public SwitchParameter Strict { get; set; }

    protected override Task BeginAsync(CancellationToken cancellationToken)
    {
        _statuses = new NameFilter(Status);
        _classes = new NameFilter(FailureClass);
        return Task.CompletedTask;
    }

    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        if (ParameterSetName == JobSet)
        {
            foreach (JobRecord job in ResolveJobs())
            {
                IReadOnlyList<BatchRecord> collected = await CollectAsync(Open().Ledger.Batches.OfJob(job.Id), cancellationToken);
                BookCheck books = new Reconciler(Open().Ledger).Check(Open().Ledger.Jobs.Get(job.Id));
                WriteCheckedResults($"job '{job.Name}'", job.Name, books.Problems, job.Id, collected, cancellationToken);
            }

            return;
        }

        foreach (BatchRecord batch in Resolve())
        {
            foreach (BatchRecord collected in await CollectAsync([batch], cancellationToken))
            {
                if (!Ordered)
                {
                    WriteResultsOfBatches([collected], cancellationToken);
                }
                else if (_gathered.TryGetValue(collected.JobId, out List<BatchRecord>? gathered))
                {
                    gathered.Add(collected);
                }
                else
                {
                    _gathered.Add(collected.JobId, [collected]);
                }
            }
        }
    }

    protected override Task EndAsync(CancellationToken cancellationToken)
    {
        foreach (List<BatchRecord> batches in _gathered.Values)
        {
            WriteResultsOfBatches(batches, cancellationToken);
        }

        foreach (string model in _unpriced)
        {
            Warn($"Model '{model}' has no price here; what its answers cost is not known.");
        }

        foreach (JobRecord job in _jobs.Select(id => Open().Ledger.Jobs.Get(id)).Where(static j => j.PauseReason is not null))
        {
            Warn($"Job '{job.Name}' is paused: {job.PauseReason}");
        }

        return Task.CompletedTask;
    }

    // Other parts of the job may still be running, so only these batches are checked and not the whole job.
    private void WriteResultsOfBatches(List<BatchRecord> batches, CancellationToken cancellationToken)
    {
        Reconciler reconciler = new(Open().Ledger);
        string what = batches.Count == 1 ? $"batch '{batches[0].Key}'" : $"{batches.Count} batches of job '{batches[0].Job}'";
        WriteCheckedResults(what, batches[0].Job, [.. batches.SelectMany(reconciler.Check)], batches[0].JobId, batches, cancellationToken);
    }

    private void WriteCheckedResults(
        string what,
        string job,
        IReadOnlyList<BookProblem> problems,
        long jobId,
        IReadOnlyList<BatchRecord> batches,
        CancellationToken cancellationToken)
    {
        _jobs.Add(jobId);
        string? complaint = problems.Count == 0
            ? null
            : $"The books of {what} do not balance: {string.Join(" ", problems.Select(static p => p.Message))} Compare-ClaudeBatch "
                + $"-Job {job} lists the ids.";
        if (complaint is not null && Strict)
        {
            Fail(new ClaudeBatchException(
                FailureKind.InvalidData,
                "BooksDoNotBalance",
                complaint + " Nothing of it is emitted under -Strict.") { Target = job });
            return;
        }

        using (ResultReader reader = new(Open().Ledger))
        {
            bool missingLast = !Ordered && problems.Any(static p => p.Kind == ProblemKind.Missing);
            // A request that still waits for its answer has no result.
            IEnumerable<CollectedResult> results = reader.InOrder(batches, AllAttempts)
                .Where(static r => RequestStatuses.Of(r.Batch.State, r.Attempt.Outcome) != RequestStatus.Pending);
            WriteResults(missingLast ? results.Where(static r => r.Attempt.Outcome != Outcome.Missing) : results, cancellationToken);
            if (missingLast)
            {
                WriteResults(results.Where(static r => r.Attempt.Outcome == Outcome.Missing), cancellationToken);
            }
        }

        if (complaint is not null)
        {
            Warn(complaint);
        }
    }

    /// <summary>
    /// Returns the batches with results on disk, all of them or some; writes an error for each that lacks some.
    /// </summary>
    private async Task<IReadOnlyList<BatchRecord>> CollectAsync(IReadOnlyList<BatchRecord> batches, CancellationToken cancellationToken)
    {
        List<BatchRecord> collected = [];
        foreach (BatchRecord batch in await RefreshAsync(batches, cancellationToken))
        {
            try
            {
                collected.Add(await CollectAsync(batch, cancellationToken));
            }
            catch (ClaudeBatchException failure) when (!failure.IsFatal)
            {
                Fail(failure, Batch.From(batch));
                BatchRecord now = Open().Ledger.Batches.Get(batch.Id);
                if (now is { State: BatchState.Ended or BatchState.Lost, ResultsDigest: not null })
                {
                    collected.Add(now);
                }
            }
        }

        return collected;
    }

    /// <summary>Returns the batches with the service's present state; writes an error for each that could not be refreshed.</summary>
    private async Task<IReadOnlyList<BatchRecord>> RefreshAsync(IReadOnlyList<BatchRecord> batches, CancellationToken cancellationToken)
    {
        if (!batches.Any(static b => b.State.IsRunning()))
        {
            return batches;
        }

        List<(BatchRecord Batch, ClaudeBatchException Failure)> failed = [];
        IReadOnlyList<BatchRecord> now;
        try
        {
            now = await Open().Poller.RefreshAsync(batches, (batch, failure) => failed.Add((batch, failure)), cancellationToken);
        }
        catch (ClaudeBatchException failure) when (!failure.IsFatal)
        {
            // The account's list failed, which covers all batches. Those that have ended can still be read from disk.
            now = batches;
            failed.AddRange(batches.Where(static b => b.State.IsRunning()).Select(b => (b, failure)));
        }

        foreach ((BatchRecord batch, ClaudeBatchException failure) in failed)
        {
            Fail(failure, Batch.From(batch));
        }

        return [.. now.Where(b => failed.All(f => f.Batch.Id != b.Id))];
    }

    private async Task<BatchRecord> CollectAsync(BatchRecord batch, CancellationToken cancellationToken)
    {
        if (batch.State is BatchState.Lost or BatchState.Deleted || (batch.State == BatchState.Collected && !Refresh))
        {
            return batch;
        }

        BatchRecord collected = await Open().Collector.CollectAsync(batch.Id, received: null, cancellationToken, again: Refresh);
        WriteVerboseRetries();
        return collected;
    }

    private void WriteResults(IEnumerable<CollectedResult> results, CancellationToken cancellationToken)
    {
        foreach (BatchResult result in BatchResult.From(results))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (result is { IsPriced: false, Model: { } model })
            {
                _unpriced.Add(model);
            }

            bool isIncomplete = result is { Status: nameof(Outcome.Succeeded), IsComplete: false };
            if ((_statuses!.Takes(result.Status!) || (isIncomplete && _statuses.Takes(IncompleteStatus)))
                && _classes!.Takes(result.FailureClass!))
            {
                WriteOutput(result);
            }
        }
    }
}
