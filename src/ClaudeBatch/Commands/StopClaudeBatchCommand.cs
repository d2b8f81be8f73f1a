using System.Management.Automation;
using ClaudeBatch.Connections;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Commands;

/// <summary>Cancels batches. What the model had done by then is still answered, and billed.</summary>
[Cmdlet(VerbsLifecycle.Stop, "ClaudeBatch", DefaultParameterSetName = InputObjectSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(Batch))]
public sealed class StopClaudeBatchCommand : BatchCommand
{
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        MarkJobs();
        foreach (BatchRecord batch in Resolve())
        {
            try
            {
                await StopAsync(batch, cancellationToken);
            }
            catch (ClaudeBatchException failure) when (!failure.IsFatal)
            {
                Fail(failure, Batch.From(batch));
            }
        }
    }

    // Marked before anything is canceled, so that no other process sends the next part meanwhile.
    private void MarkJobs()
    {
        IEnumerable<JobRecord> jobs = ParameterSetName switch
        {
            JobSet => ResolveJobs(),
            InputObjectSet => InputObject.Where(static r => r.Job is not null).SelectMany(r => JobsLike(r.Job!)),
            _ => [],
        };
        foreach (JobRecord job in jobs)
        {
            if (ShouldProcess($"job '{job.Name}'", "Stop"))
            {
                TryOpen()!.Ledger.Jobs.MarkStopped(job.Id);
            }
        }
    }

    private async Task StopAsync(BatchRecord batch, CancellationToken cancellationToken)
    {
        BatchSession session = TryOpen()!;
        if (batch.Adopted == "Tentative" && !Force)
        {
            throw new ClaudeBatchException(
                FailureKind.Conflict, "BatchTentative", $"Batch '{batch.Key}' may belong to somebody else; it is canceled only with -Force.");
        }

        if (!BatchState.IsRunning(batch.State) || !ShouldProcess($"batch '{batch.ServiceId}' of job '{batch.Job}'", "Cancel"))
        {
            if (PassThru)
            {
                Emit(Batch.From(batch));
            }

            return;
        }

        BatchRecord now;
        try
        {
            Reply<MessageBatch> reply = await session.Api.CancelAsync(batch.ServiceId!, cancellationToken);
            now = session.Ledger.Batches.Refresh(batch, reply.Value);
            session.Ledger.Events.Add("Canceling", "Canceled by request.", batch.JobId, batch.Id, reply.Headers.RequestId);
        }
        catch (ClaudeBatchException failure) when (failure.Status == 400)
        {
            // It ended before the word arrived: there is nothing left to cancel.
            now = await session.Poller.RefreshAsync(batch, cancellationToken);
        }

        TellRetries();
        if (PassThru)
        {
            Emit(Batch.From(now));
        }
    }
}
