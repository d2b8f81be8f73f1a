using System.Management.Automation;
using ClaudeBatch.Connections;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Running;

namespace ClaudeBatch.Commands;

/// <summary>Takes every unfinished job one step on: settles, sends, asks, collects, retries within what the job allows.</summary>
[Cmdlet(VerbsLifecycle.Resume, "ClaudeBatch", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(BatchJob))]
public sealed class ResumeClaudeBatchCommand : JobCommand
{
    /// <summary>Also jobs that were stopped; of a job that is named, also parts that wait for a canary.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        bool isNamed = MyInvocation.BoundParameters.ContainsKey(nameof(Job)) || MyInvocation.ExpectingInput;
        foreach (JobRecord job in ResolveJobs())
        {
            BatchSession session = TryOpen()!;
            if (job.StoppedAt is not null && Force && ShouldProcess($"job '{job.Name}'", "Take up again"))
            {
                session.Ledger.Restart(job);
            }

            if (Force && isNamed && ShouldProcess($"job '{job.Name}'", "Let held parts go") && new StageGate(session.Ledger).Release(job) is { } released)
            {
                Say([released]);
            }

            if (session.Step.IsDue(session.Ledger.Jobs.Get(job.Id), isNamed) && ShouldProcess($"job '{job.Name}'", "Take one step on"))
            {
                await StepAsync(session, session.Ledger.Jobs.Get(job.Id), cancellationToken);
                Emit(BatchJob.From(session.Ledger, session.Ledger.Jobs.Get(job.Id)));
            }
            else if (isNamed)
            {
                Emit(BatchJob.From(session.Ledger, session.Ledger.Jobs.Get(job.Id)));
            }
        }
    }

    protected override Task EndAsync(CancellationToken cancellationToken)
    {
        if (TryOpen() is { } session)
        {
            new JobPruner(session.Ledger).ApplyRetention();
        }

        return Task.CompletedTask;
    }

    private async Task StepAsync(BatchSession session, JobRecord job, CancellationToken cancellationToken)
    {
        try
        {
            Say(await session.Step.RunAsync(job, cancellationToken));
        }
        catch (ClaudeBatchException failure) when (failure.Id == "JobBoundElsewhere")
        {
            Warn($"{failure.Message} It was left alone.");
        }
        catch (ClaudeBatchException failure) when (!failure.IsFatal)
        {
            TellRetries();
            Fail(failure, job.Name); // the other jobs go on
        }
    }
}
