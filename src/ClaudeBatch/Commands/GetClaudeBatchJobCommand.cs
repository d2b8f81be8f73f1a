using System.Management.Automation;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Sessions;
using JobState = ClaudeBatch.Core.Ledger.JobState;

namespace ClaudeBatch.Commands;

/// <summary>Lists jobs with their counts, as the ledger has them; does not call the service.</summary>
[Cmdlet(VerbsCommon.Get, "ClaudeBatchJob")]
[OutputType(typeof(BatchJob))]
public sealed class GetClaudeBatchJobCommand : JobCommand
{
    /// <summary>Returns only jobs in one of these states.</summary>
    [Parameter]
    [ValidateSet("Open", "InputCut", "Running", "Paused", "Ambiguous", "Stopped", "Finished")]
    public string[] State { get; set; } = [];

    /// <summary>Returns only jobs that were created at this time or later.</summary>
    [Parameter]
    [TimeTransformation]
    public TimeReference? Since { get; set; }

    private protected override bool TakesBatches => true;

    protected override Task ProcessAsync(CancellationToken cancellationToken)
    {
        HashSet<JobState>? states = Choices.Of<JobState>(State);
        foreach (JobRecord record in ResolveJobs().Where(j => Since is null || j.CreatedAt >= Since.At(Open().Clock)))
        {
            BatchJob job = BatchJob.From(Open().Ledger, record);
            if (states?.Contains(job.Standing) != false)
            {
                WriteOutput(job);
            }
        }

        return Task.CompletedTask;
    }
}
