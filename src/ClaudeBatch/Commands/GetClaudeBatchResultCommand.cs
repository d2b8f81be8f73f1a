using System.Management.Automation;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Commands;

/// <summary>Downloads the results of ended batches, each batch once, and writes them from disk.</summary>
[Cmdlet(VerbsCommon.Get, "ClaudeBatchResult", DefaultParameterSetName = InputObjectSet)]
[OutputType(typeof(BatchResult))]
public sealed class GetClaudeBatchResultCommand : BatchCommand
{
    // The batches from the pipeline, by job, that -Ordered holds back until the input ends.
    private readonly Dictionary<long, List<BatchRecord>> _gathered = [];

    // The custom ids of piped results, by batch: of these only the rows they name are written.
    private readonly Dictionary<long, (BatchRecord Batch, HashSet<string> Ids)> _ofResults = [];

    private CheckedResults? _results;

    [Parameter]
    [ValidateSet("Succeeded", ResultChoice.Incomplete, "Errored", "Canceled", "Expired", "Unknown", "Missing")]
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

    /// <summary>Marks answers as not complete for which the block does not give exactly <c>$true</c>.</summary>
    [Parameter]
    [ValidateNotNull]
    public ScriptBlock? Accept { get; set; }

    private protected override bool TakesPatterns => true;

    protected override Task BeginAsync(CancellationToken cancellationToken)
    {
        ResultChoice choice = new(Status, FailureClass)
        {
            Ordered = Ordered,
            AllAttempts = AllAttempts,
            Refresh = Refresh,
            Strict = Strict,
            Acceptance = Accept is null ? null : new Acceptance(Accept),
        };
        _results = new CheckedResults(this, choice, WriteOutput);
        return Task.CompletedTask;
    }

    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        foreach (JobRecord job in ResolveJobs())
        {
            await _results!.GiveAsync(job, cancellationToken);
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
            foreach (BatchRecord collected in await _results!.CollectAsync([batch], cancellationToken))
            {
                if (!Ordered)
                {
                    _results.Give([collected], only: null, cancellationToken);
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
            _results!.Give(batches, only: null, cancellationToken);
        }

        // A batch that was given itself has been written whole.
        BatchRecord[] ofResults = [.. _ofResults.Values.Select(static r => r.Batch).Where(IsFirst)];
        foreach (IGrouping<long, BatchRecord> ofJob in ofResults.GroupBy(static b => b.JobId))
        {
            IReadOnlyList<BatchRecord> collected = await _results!.CollectAsync([.. ofJob], cancellationToken);
            if (collected.Count > 0)
            {
                _results.Give(collected, r => _ofResults[r.Batch.Id].Ids.Contains(r.Attempt.CustomId), cancellationToken);
            }
        }

        _results!.Close();
    }
}
