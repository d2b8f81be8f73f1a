using System.Management.Automation;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Commands;

/// <summary>Lists jobs with their counts, as the ledger has them; does not call the service.</summary>
[Cmdlet(VerbsCommon.Get, "ClaudeBatchJob")]
[OutputType(typeof(BatchJob))]
public sealed class GetClaudeBatchJobCommand : JobCommand
{
    protected override Task ProcessAsync(CancellationToken cancellationToken)
    {
        foreach (JobRecord job in ResolveJobs())
        {
            WriteOutput(BatchJob.From(Open().Ledger, job));
        }

        return Task.CompletedTask;
    }
}
