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
public sealed partial class ResumeClaudeBatchCommand : JobCommand
{
    private int _code = ExitCode.Done;

    // What ends a step of one job would end that of the next. How the others stand is still told.
    private bool _isOver;

    private bool _watches;

    private readonly HashSet<Guid> _jobs = [];

    private readonly HashSet<Guid> _told = [];

    // Those that belong to another service or account.
    private readonly HashSet<long> _elsewhere = [];

    private string? _failure;

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

    /// <summary>Runs when a job has ended, once a job's end, with the job as <c>$_</c> and as its argument.</summary>
    [Parameter]
    [ValidateNotNull]
    public ScriptBlock? OnFinished { get; set; }

    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        if (_isRefused)
        {
            return;
        }

        bool isNamed = IsGiven(nameof(Job)) || MyInvocation.ExpectingInput;
        _isAsked = isNamed && !Exit && !Job.Any(static j => j.HasWildcards);
        try
        {
            Watch();
            JobRecord[] jobs = [.. ResolveJobs()];
            if (jobs.Length == 0 && isNamed && !Job.Any(static j => j.HasWildcards))
            {
                _code = ExitCode.Worse(_code, ExitCode.Otherwise); // the error was written
            }

            foreach (JobRecord job in jobs)
            {
                if (_jobs.Add(job.Identity))
                {
                    await AdvanceAsync(Open(), job, isNamed, cancellationToken);
                }
            }
        }
        catch (ClaudeBatchException failure) when (Exit)
        {
            ToldBy(failure);
        }
    }

    protected override Task EndAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (TryOpen() is { } session)
            {
                End(session);
            }
        }
        catch (ClaudeBatchException failure) when (Exit)
        {
            ToldBy(failure);
        }

        if (Exit)
        {
            ExitCode.Set(this, _code);
        }

        return Task.CompletedTask;
    }

    private void End(BatchSession session)
    {
        if (!RunOnFinished(session, OnFinished, JobsNow(session)))
        {
            _code = ExitCode.Worse(_code, ExitCode.Otherwise);
        }

        new JobPruner(session.Ledger).ApplyRetention();
        if (Exit)
        {
            if (session.Service.Outage is { } outage)
            {
                Fail(outage); // each job only waits, and says so to nobody
                _code = ExitCode.Worse(_code, ExitCode.Unreachable);
            }

            TellEnds(session);
        }
    }

    // What ends the command would leave the shell without a code: the code is set, and the error is written.
    private void ToldBy(ClaudeBatchException failure)
    {
        _code = ExitCode.Worse(_code, ExitCode.Of(failure));
        if (_failure != failure.Id)
        {
            Fail(failure);
        }

        _failure = failure.Id;
    }

    private void Watch()
    {
        if (OnFinished is not null && !IsWhatIf && !_watches)
        {
            OpenOrCreate().Ends.Watch();
            _watches = true;
        }
    }

    // The jobs are read again: another scheduler's step may have told of them before the right to tell was ours. What a graver code hides
    // is left to the step in which it is the gravest.
    private void TellEnds(BatchSession session)
    {
        using EndReport report = new(session.Ledger, ExitCode.IsScheduled && !IsWhatIf);
        if (report.IsElsewhere)
        {
            return;
        }

        List<(JobRecord Job, long End, int Code)> ends = [];
        foreach (JobRecord job in JobsNow(session).Where(j => !_elsewhere.Contains(j.Id)))
        {
            if (session.Ends.Unreported(job) is { } end)
            {
                BookCheck books = new Reconciler(session.Ledger).Check(job);
                ends.Add((job, end, ExitCode.OfEnd(BatchJob.From(session.Ledger, job), books, MaxFailureRatio)));
            }
        }

        _code = ends.Aggregate(_code, static (worst, e) => ExitCode.Worse(worst, e.Code));
        foreach ((JobRecord job, long end, int code) in ends.Where(e => e.Code == _code || e.Code == ExitCode.Done))
        {
            report.Add(job, end);
            if (code != ExitCode.Done && !_told.Contains(job.Identity))
            {
                WriteOutput(BatchJob.From(session.Ledger, job));
            }
        }

        report.BookAtExit();
    }

    // Another process may have removed one.
    private JobRecord[] JobsNow(BatchSession session) => [.. session.Ledger.Jobs.All().Where(j => _jobs.Contains(j.Identity))];

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

        TakeTools(session, job, isNamed);

        bool wasOver = JobStates.Of(session.Ledger, job) == JobState.Finished;
        bool isDue = !_isOver && session.Step.IsDue(session.Ledger.Jobs.Get(job.Id), isNamed)
            && ShouldProcess($"job '{job.Name}'", "Take one step on");
        if (isDue && !await StepAsync(session, session.Ledger.Jobs.Get(job.Id), cancellationToken))
        {
            _elsewhere.Add(job.Id);
        }

        BatchJob now = BatchJob.From(session.Ledger, session.Ledger.Jobs.Get(job.Id));
        if (!_elsewhere.Contains(job.Id))
        {
            _code = ExitCode.Worse(_code, ExitCode.Of(now.Standing, session.Ledger.Jobs.Get(job.Id).PausedFor));
        }

        if (isDue || isNamed || now.Standing == JobState.InputCut)
        {
            _told.Add(job.Identity);
            WriteOutput(now);
        }

        if (!wasOver && now.Standing == JobState.Finished)
        {
            TellEnd(job, IsGiven(nameof(MaxFailureRatio)) ? MaxFailureRatio : null);
        }
    }

    /// <returns>False when the job belongs to another service or account and was not touched.</returns>
    private async Task<bool> StepAsync(BatchSession session, JobRecord job, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<RoundNote> notes = await session.Step.RunAsync(job, _isAsked, cancellationToken);
            WriteNotes(notes);
            if (notes.FirstOrDefault(static n => n.Failure?.Cause == FailureCause.IdentityTokenUsed)?.Failure is { } used)
            {
                _code = ExitCode.Worse(_code, ExitCode.Of(used));
            }
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
