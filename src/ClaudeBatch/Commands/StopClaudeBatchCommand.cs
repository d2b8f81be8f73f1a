using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Sessions;
using JobState = ClaudeBatch.Core.Ledger.JobState;

namespace ClaudeBatch.Commands;

/// <summary>Cancels batches. Requests that the service has answered by then keep their answers and are billed.</summary>
[Cmdlet(
    VerbsLifecycle.Stop,
    "ClaudeBatch",
    DefaultParameterSetName = InputObjectSet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(Batch))]
public sealed class StopClaudeBatchCommand : BatchCommand
{
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    private bool _ofJobs;

    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        JobRecord[] jobs = [.. ResolveJobs()];
        _ofJobs = jobs.Length > 0;
        MarkStopped(jobs);
        IEnumerable<BatchRecord> ofJobs = jobs.SelectMany(j => Open().Ledger.Batches.OfJob(j.Id)).Where(IsFirst);
        foreach (BatchRecord batch in ofJobs.Concat(ResolveBatches()).ToArray())
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

    private protected override string? WholeBatches => "cancels";

    // The jobs are marked before any batch is canceled, so that no other process sends their next part meanwhile.
    private void MarkStopped(IEnumerable<JobRecord> jobs)
    {
        foreach (JobRecord job in jobs)
        {
            if (JobStates.Of(Open().Ledger, job) == JobState.Finished)
            {
                WriteHostLine($"Job '{job.Name}' has ended, and there is nothing to stop.");
            }
            else if (ShouldProcess($"job '{job.Name}'", "Stop"))
            {
                Open().Ledger.Stop(job);
            }
        }
    }

    private async Task StopAsync(BatchRecord batch, CancellationToken cancellationToken)
    {
        BatchSession session = Open();
        if (batch.IsTentative && !Force)
        {
            throw new ClaudeBatchException(
                FailureKind.Conflict, "BatchTentative", $"Batch '{batch.Key}' may belong to somebody else; it is canceled only with "
                    + $"-Force.");
        }

        // An unsent part that is named itself is canceled. One of a stopped job is kept, because the job can be resumed.
        bool ends = batch.State.IsRunning() || (batch.State.IsUnsent() && !_ofJobs);
        BatchRecord now = batch;
        if (ends && ShouldProcess($"batch '{batch.ServiceId ?? batch.Key}' of job '{batch.Job}'", "Cancel"))
        {
            now = await session.Control.CancelAsync(batch, cancellationToken);
        }

        WriteVerboseRetries();
        if (batch.State is BatchState.Unconfirmed || (batch.State == BatchState.Uploading && _ofJobs))
        {
            Warn($"Part {batch.Part} of job '{batch.Job}' is on its way, and whether the service has it is not known yet. When the "
                + $"service names it in its reply, it is canceled; otherwise Resume-ClaudeBatch -Job {batch.Job} searches for it, and says "
                + "so when it is found.");
        }

        if (PassThru)
        {
            WriteOutput(Batch.From(now));
        }
    }
}
