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
        foreach (BatchRecord batch in Resolve())
        {
            try
            {
                await EmitAsync(batch, cancellationToken);
            }
            catch (ClaudeBatchException failure) when (!failure.IsFatal)
            {
                Fail(failure, Batch.From(batch));
            }
        }
    }

    private async Task EmitAsync(BatchRecord batch, CancellationToken cancellationToken)
    {
        BatchSession session = TryOpen()!;
        if (BatchState.IsRunning(batch.State))
        {
            batch = await session.Poller.RefreshAsync(batch, cancellationToken);
        }

        if (batch.State is not (BatchState.Collected or BatchState.Lost or BatchState.Deleted))
        {
            batch = await session.Collector.CollectAsync(batch.Id, received: null, cancellationToken);
            TellRetries();
        }

        using ResultReader reader = new(session.Ledger);
        foreach (CollectedResult collected in reader.OfBatch(batch, AllAttempts))
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
