using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <summary>Downloads the results of ended batches, each batch once, and writes them from disk.</summary>
[Cmdlet(VerbsCommon.Get, "ClaudeBatchResult", DefaultParameterSetName = InputObjectSet)]
[OutputType(typeof(BatchResult))]
public sealed partial class GetClaudeBatchResultCommand : BatchCommand
{
    // No status of its own: what succeeded with an answer that cannot be used as it is.
    private const string IncompleteStatus = "Incomplete";

    // The batches from the pipeline, by job, that -Ordered holds back until the input ends.
    private readonly Dictionary<long, List<BatchRecord>> _gathered = [];

    // The custom ids of piped results, by batch: of these only the rows they name are written.
    private readonly Dictionary<long, (BatchRecord Batch, HashSet<string> Ids)> _ofResults = [];

    private bool _isOfResults;

    private readonly HashSet<long> _jobs = [];

    private readonly HashSet<long> _collected = [];

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

    private protected override bool TakesPatterns => true;

    protected override Task BeginAsync(CancellationToken cancellationToken)
    {
        _statuses = new NameFilter(Status);
        _classes = new NameFilter(FailureClass);
        return Task.CompletedTask;
    }

    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        foreach (JobRecord job in ResolveJobs())
        {
            BatchRecord[] batches = [.. Open().Ledger.Batches.OfJob(job.Id).Where(IsFirst)];
            IReadOnlyList<BatchRecord> collected = await CollectAsync(batches, cancellationToken);
            BookCheck books = new Reconciler(Open().Ledger).Check(Open().Ledger.Jobs.Get(job.Id));
            WriteCheckedResults($"job '{job.Name}'", job.Name, books.Problems, job.Id, collected, cancellationToken);
        }

        foreach (BatchReference reference in InputObject)
        {
            foreach (BatchRecord batch in reference.CustomId is null ? [] : BatchesOf(reference))
            {
                _ofResults.TryAdd(batch.Id, (batch, []));
                _ofResults[batch.Id].Ids.Add(reference.CustomId!);
            }
        }

        InputObject = [.. InputObject.Where(static r => r.CustomId is null)];
        foreach (BatchRecord batch in ResolveBatches())
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

    protected override async Task EndAsync(CancellationToken cancellationToken)
    {
        foreach (List<BatchRecord> batches in _gathered.Values)
        {
            WriteResultsOfBatches(batches, cancellationToken);
        }

        // A batch that was given itself has been written whole.
        BatchRecord[] ofResults = [.. _ofResults.Values.Select(static r => r.Batch).Where(IsFirst)];
        foreach (IGrouping<long, BatchRecord> ofJob in ofResults.GroupBy(static b => b.JobId))
        {
            List<BatchRecord> collected = [.. await CollectAsync([.. ofJob], cancellationToken)];
            if (collected.Count > 0)
            {
                _isOfResults = true;
                WriteResultsOfBatches(collected, cancellationToken);
            }
        }

        WarnOfUnknownCosts();
        foreach (JobRecord job in _jobs.Select(id => Open().Ledger.Jobs.Get(id)).Where(static j => j.PauseReason is not null))
        {
            Warn($"Job '{job.Name}' is paused: {job.PauseReason}");
        }

        TellEnds();
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
                .Where(r => RequestStatuses.Of(r.Batch.State, r.Attempt.Outcome) != RequestStatus.Pending
                    && (!_isOfResults || _ofResults[r.Batch.Id].Ids.Contains(r.Attempt.CustomId)));
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

    private void WriteResults(IEnumerable<CollectedResult> results, CancellationToken cancellationToken)
    {
        foreach (BatchResult result in BatchResult.From(results))
        {
            cancellationToken.ThrowIfCancellationRequested();
            NoteCost(result);

            bool isIncomplete = result is { Status: nameof(Outcome.Succeeded), IsComplete: false };
            if ((_statuses!.Takes(result.Status!) || (isIncomplete && _statuses.Takes(IncompleteStatus)))
                && _classes!.Takes(result.FailureClass!))
            {
                WriteOutput(result);
            }
        }
    }
}
