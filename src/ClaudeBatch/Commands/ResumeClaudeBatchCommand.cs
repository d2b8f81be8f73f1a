using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Sessions;
using JobState = ClaudeBatch.Core.Ledger.JobState;

namespace ClaudeBatch.Commands;

/// <summary>
/// Runs one step of every unfinished job: settles, sends, polls, collects, and retries as often as the job allows.
/// </summary>
[Cmdlet(VerbsLifecycle.Resume, "ClaudeBatch", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(BatchJob))]
public sealed class ResumeClaudeBatchCommand : JobCommand
{
    private int _code = ExitCode.Done;

    private bool _isOver;

    // A person names the job, and no schedule does: what is not sent again by itself may be sent.
    private bool _isAsked;

    /// <summary>Also continues stopped jobs, and sends the parts of a named job that wait for a canary.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>The share of a finished job's requests, 0 to 1, that may fail; when more fail, the exit code is 3.</summary>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    public double MaxFailureRatio { get; set; } = StageGate.DefaultFailureRatio;

    /// <summary>Ends a scheduled shell with the exit code of the jobs' state. Use it in the last statement of a script.</summary>
    [Parameter]
    public SwitchParameter Exit { get; set; }

    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        bool isNamed = MyInvocation.BoundParameters.ContainsKey(nameof(Job)) || MyInvocation.ExpectingInput;
        _isAsked = isNamed && !Exit && !Job.Any(static j => j.HasWildcards);
        foreach (JobRecord job in ResolveJobs())
        {
            if (_isOver)
            {
                return;
            }

            await AdvanceAsync(Open(), job, isNamed, cancellationToken);
        }
    }

    protected override Task EndAsync(CancellationToken cancellationToken)
    {
        if (TryOpen() is { } session)
        {
            new JobPruner(session.Ledger).ApplyRetention();
        }

        if (Exit)
        {
            ExitCode.Set(this, _code);
        }

        return Task.CompletedTask;
    }

    private async Task AdvanceAsync(BatchSession session, JobRecord job, bool isNamed, CancellationToken cancellationToken)
    {
        if (job.StoppedAt is not null && Force && ShouldProcess($"job '{job.Name}'", "Take up again"))
        {
            session.Ledger.Restart(job);
        }

        if (Force && isNamed && ShouldProcess($"job '{job.Name}'", "Let held parts go")
            && new StageGate(session.Ledger).Release(job) is { } released)
        {
            WriteNotes([released]);
        }

        bool wasOver = BatchJob.From(session.Ledger, job).Standing == JobState.Finished;
        bool isDue = session.Step.IsDue(session.Ledger.Jobs.Get(job.Id), isNamed) && ShouldProcess($"job '{job.Name}'", "Take one step on");
        bool isOurs = !isDue || await StepAsync(session, session.Ledger.Jobs.Get(job.Id), cancellationToken);
        BatchJob now = BatchJob.From(session.Ledger, session.Ledger.Jobs.Get(job.Id));
        if (isOurs)
        {
            BookCheck? books = now.Standing == JobState.Finished
                ? new Reconciler(session.Ledger).Check(session.Ledger.Jobs.Get(job.Id))
                : null;
            _code = ExitCode.Worse(_code, ExitCode.Of(now, session.Ledger.Jobs.Get(job.Id).PausedFor, books, MaxFailureRatio));
        }

        if (isDue || isNamed)
        {
            WriteOutput(now);
        }

        if (!wasOver && now.Standing == JobState.Finished)
        {
            TellEnd(job, MyInvocation.BoundParameters.ContainsKey(nameof(MaxFailureRatio)) ? MaxFailureRatio : null);
        }
    }

    /// <returns>False when the job belongs to another service or account and was not touched.</returns>
    private async Task<bool> StepAsync(BatchSession session, JobRecord job, CancellationToken cancellationToken)
    {
        try
        {
            WriteNotes(await session.Step.RunAsync(job, _isAsked, cancellationToken));
        }
        catch (ClaudeBatchException failure) when (failure.Cause == FailureCause.JobBoundElsewhere)
        {
            Warn($"{failure.Message} It was left alone.");
            return false;
        }
        catch (ClaudeBatchException failure) when (!failure.IsFatal || Exit)
        {
            WriteVerboseRetries();
            Fail(failure, job.Name); // the other jobs continue, unless they would fail in the same way
            _isOver |= failure.IsFatal;
            _code = ExitCode.Worse(_code, ExitCode.Of(failure));
        }

        return true;
    }
}
