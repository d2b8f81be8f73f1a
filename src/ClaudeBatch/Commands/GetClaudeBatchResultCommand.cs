using System.Management.Automation;
using ClaudeBatch.Connections;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Commands;

/// <summary>Collects the results of ended batches once, and emits them from disk, in the order of the input.</summary>
[Cmdlet(VerbsCommon.Get, "ClaudeBatchResult", DefaultParameterSetName = InputObjectSet)]
[OutputType(typeof(BatchResult))]
public sealed class GetClaudeBatchResultCommand : BatchCommand
{
    [Parameter]
    [ValidateSet("Succeeded", "Errored", "Canceled", "Expired", "Unknown", "Missing")]
    public string[] Status { get; set; } = [];

    [Parameter]
    [ValidateSet("None", "Transient", "Permanent", "OperatorFixable")]
    public string[] FailureClass { get; set; } = [];

    /// <summary>Also those a later attempt has replaced.</summary>
    [Parameter]
    public SwitchParameter AllAttempts { get; set; }

    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        if (ParameterSetName == JobSet && !AllAttempts)
        {
            foreach (JobRecord job in ResolveJobs())
            {
                IReadOnlyList<BatchRecord> finished = await CollectAsync(TryOpen()!.Ledger.Batches.OfJob(job.Id), cancellationToken);
                using ResultReader reader = new(TryOpen()!.Ledger);
                EmitAll(reader.OfJob(finished), cancellationToken);
            }

            return;
        }

        foreach (BatchRecord batch in Resolve())
        {
            using ResultReader reader = new(TryOpen()!.Ledger);
            foreach (BatchRecord collected in await CollectAsync([batch], cancellationToken))
            {
                EmitAll(reader.OfBatch(collected, AllAttempts), cancellationToken);
            }
        }
    }

    /// <summary>Those of the batches that have results; the others become one error each.</summary>
    private async Task<IReadOnlyList<BatchRecord>> CollectAsync(IEnumerable<BatchRecord> batches, CancellationToken cancellationToken)
    {
        List<BatchRecord> collected = [];
        foreach (BatchRecord batch in batches)
        {
            try
            {
                collected.Add(await CollectAsync(batch, cancellationToken));
            }
            catch (ClaudeBatchException failure) when (!failure.IsFatal)
            {
                Fail(failure, Batch.From(batch));
            }
        }

        return collected;
    }

    private async Task<BatchRecord> CollectAsync(BatchRecord batch, CancellationToken cancellationToken)
    {
        BatchSession session = TryOpen()!;
        if (BatchState.IsRunning(batch.State))
        {
            batch = await session.Poller.RefreshAsync(batch, cancellationToken);
        }

        if (batch.State is BatchState.Collected or BatchState.Lost or BatchState.Deleted)
        {
            return batch;
        }

        BatchRecord collected = await session.Collector.CollectAsync(batch.Id, received: null, cancellationToken);
        TellRetries();
        return collected;
    }

    private void EmitAll(IEnumerable<CollectedResult> results, CancellationToken cancellationToken)
    {
        foreach (CollectedResult collected in results)
        {
            cancellationToken.ThrowIfCancellationRequested();
            BatchResult result = BatchResult.From(collected);
            if ((Status.Length == 0 || Status.Contains(result.Status, StringComparer.OrdinalIgnoreCase))
                && (FailureClass.Length == 0 || FailureClass.Contains(result.FailureClass, StringComparer.OrdinalIgnoreCase)))
            {
                Emit(result);
            }
        }
    }
}
