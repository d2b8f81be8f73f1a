using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <summary>Deletes batches at the service and their payloads on this disk. The ledger keeps their ids, counts and costs.</summary>
[Cmdlet(
    VerbsCommon.Remove,
    "ClaudeBatch",
    DefaultParameterSetName = InputObjectSet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(Batch))]
public sealed class RemoveClaudeBatchCommand : BatchCommand
{
    /// <summary>Deletes only the payloads on this disk.</summary>
    [Parameter]
    public SwitchParameter Local { get; set; }

    /// <summary>Deletes only the batch at the service.</summary>
    [Parameter]
    public SwitchParameter Service { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override string? WholeBatches => "deletes";

    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        foreach (BatchRecord batch in Resolve())
        {
            try
            {
                await RemoveAsync(batch, cancellationToken);
            }
            catch (ClaudeBatchException failure) when (!failure.IsFatal)
            {
                Fail(failure, Batch.From(batch));
            }
        }
    }

    private async Task RemoveAsync(BatchRecord batch, CancellationToken cancellationToken)
    {
        BatchSession session = Open();
        if (batch.IsTentative && !Force)
        {
            throw new ClaudeBatchException(
                FailureKind.Conflict, "BatchTentative", $"Batch '{batch.Key}' may belong to somebody else; it is deleted only with "
                    + $"-Force.");
        }

        if (!batch.State.IsFinal() && !Force)
        {
            throw BatchControl.NotCollected(batch);
        }

        bool both = Local == Service;
        if (!ShouldProcess(
            $"batch '{batch.ServiceId ?? batch.Key}' of job '{batch.Job}'",
            both ? "Remove" : Local ? "Remove the payloads of" : "Remove from the service"))
        {
            return;
        }

        // It may have taken long to answer the question: what is deleted is what is there now.
        batch = session.Ledger.Batches.Get(batch);
        if (both || Service)
        {
            await session.Control.DeleteAsync(batch, cancellationToken);
            WriteVerboseRetries();
        }

        if (both || Local)
        {
            session.Control.RemovePayloads(batch, Force);
        }

        if (PassThru)
        {
            WriteOutput(Batch.From(session.Ledger.Batches.Get(batch.Id)));
        }
    }
}
