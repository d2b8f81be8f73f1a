using System.Globalization;
using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Pipeline;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <summary>Deletes the requests, rows and answers of jobs from this disk; with -All also their records in the ledger.</summary>
[Cmdlet(VerbsCommon.Remove, "ClaudeBatchJob", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(BatchJob))]
public sealed class RemoveClaudeBatchJobCommand : JobCommand
{
    /// <summary>Only jobs that have not changed for this long.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan OlderThan { get; set; }

    /// <summary>Also deletes ids, counts and costs. Submitting the same input again then sends and pays for it again.</summary>
    [Parameter]
    public SwitchParameter All { get; set; }

    /// <summary>Also deletes jobs that are not finished.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override Task BeginAsync(CancellationToken cancellationToken)
        => MyInvocation.BoundParameters.ContainsKey(nameof(Job)) || MyInvocation.ExpectingInput || OlderThan > TimeSpan.Zero
            ? Task.CompletedTask
            : throw new ClaudeBatchException(
                FailureKind.InvalidArgument, "JobMissing", "Say which jobs: by -Job with names or wildcards, by -OlderThan, or from "
                    + "Get-ClaudeBatchJob.");

    protected override Task ProcessAsync(CancellationToken cancellationToken)
    {
        foreach (JobRecord job in ResolveJobs())
        {
            BatchSession session = Open();
            if (session.Clock.GetUtcNow().UtcDateTime - job.UpdatedAt < OlderThan)
            {
                continue;
            }

            JobPruner pruner = new(session.Ledger);
            if (pruner.Unfinished(job) is { } why && !Force)
            {
                Fail(JobPruner.NotFinished(job, why), job.Name);
                continue;
            }

            string what = string.Create(
                CultureInfo.InvariantCulture,
                $"job '{job.Name}' of {session.Ledger.Jobs.Totals(job).Requests} requests");
            if (ShouldProcess(what, All ? "Forget, with its payloads" : "Remove the payloads of"))
            {
                Remove(pruner, job);
            }
        }

        return Task.CompletedTask;
    }

    private void Remove(JobPruner pruner, JobRecord job)
    {
        BatchJob removed = BatchJob.From(Open().Ledger, job);
        try
        {
            if (All)
            {
                pruner.Forget(job, Force);
            }
            else
            {
                pruner.RemovePayloads(job, Force);
            }

            if (PassThru)
            {
                WriteOutput(removed);
            }
        }
        catch (ClaudeBatchException failure) when (!failure.IsFatal)
        {
            Fail(failure, job.Name);
        }
    }
}
