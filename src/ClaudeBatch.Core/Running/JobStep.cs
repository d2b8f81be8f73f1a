using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Retries;
using ClaudeBatch.Core.Rounds;
using ClaudeBatch.Core.Sending;

namespace ClaudeBatch.Core.Running;

/// <summary>
/// One step of a job: settle, send, poll, collect, retry. A step may be repeated: what a process has left undone when it ended is done by
/// the next step of any process.
/// </summary>
/// <param name="ledger">The open ledger.</param>
/// <param name="round">Settles, sends and polls.</param>
/// <param name="collector">Collects results.</param>
/// <param name="rounds">Runs the tools that answers call, and plans the next rounds; null to leave both to another step.</param>
public sealed class JobStep(JobLedger ledger, BatchRound round, BatchCollector collector, JobRounds? rounds = null)
{
    /// <summary>
    /// How often a paused job is tried again without being named, because somebody may have removed the cause of the pause.
    /// </summary>
    private static readonly TimeSpan s_pausedInterval = TimeSpan.FromHours(1);

    /// <summary>Tells whether the job has something left that a step may do.</summary>
    /// <param name="job">The job.</param>
    /// <param name="isNamed">Whether a person has named this job.</param>
    public bool IsDue(JobRecord job, bool isNamed)
    {
        JobState state = JobStates.Of(ledger, job);
        return state switch
        {
            JobState.Running or JobState.Ambiguous => true,
            // Of a stopped job nothing is sent, and what may have been accepted all the same is still searched for.
            JobState.Stopped => IsSettling(job) || ledger.Batches.OfJob(job.Id).Any(static b => b.OutlivesStop),
            JobState.Paused => isNamed || IsSettling(job) || rounds?.Serves(job) == true || (!Lasts(job) && IsOldPause(job)),
            // Collected, but with failures that may be tried again.
            JobState.Finished => GoesOn(job) || (isNamed && rounds?.AnyRefused(job) == true)
                || ledger.Batches.OfJob(job.Id).Any(AreResultsDue),
            _ => false,
        };
    }

    /// <summary>Runs one step of the job.</summary>
    /// <param name="job">The job.</param>
    /// <param name="isAsked">Whether a person has named the job in a command, and no schedule: what is not sent again by itself is sent
    /// then.</param>
    /// <param name="cancellationToken">Ends the step. The next step continues what was begun.</param>
    /// <exception cref="ClaudeBatchException"><c>JobBoundElsewhere</c>, or an error after which no job can go on, such as a rejected key or a
    /// full disk.</exception>
    public async Task<IReadOnlyList<RoundNote>> RunAsync(JobRecord job, bool isAsked, CancellationToken cancellationToken)
    {
        JobBinding.Check(job, round.Connection);
        if (isAsked)
        {
            SecondSend.Permit(ledger, job);
            job = ledger.Jobs.Get(job.Id);
        }

        List<RoundNote> notes = [];
        RoundReport report = await RoundAsync(job, notes, cancellationToken).ConfigureAwait(false);
        foreach (BatchRecord batch in report.Batches.Where(AreResultsDue))
        {
            try
            {
                await collector.CollectAsync(batch.Id, received: null, cancellationToken).ConfigureAwait(false);
            }
            catch (ClaudeBatchException failure) when (!failure.IsFatal)
            {
                notes.Add(new RoundNote(batch, failure.Message, failure, WeightOf(failure)));
            }
        }

        if (new StageGate(ledger, round.Connection.Credential).Judge(ledger.Jobs.Get(job.Id)) is { } decision)
        {
            notes.Add(decision);
            if (decision.Failure is null)
            {
                await RoundAsync(job, notes, cancellationToken).ConfigureAwait(false);
            }
        }

        // When this step has paused the job, a retry and a round wait for the next step.
        JobRecord now = ledger.Jobs.Get(job.Id);
        if (now.PausedAt != job.PausedAt || now.StoppedAt is not null)
        {
            return notes;
        }

        // What is held back waits for the first part's conversations, and these do not wait for it.
        bool isIdle = ledger.Batches.OfJob(job.Id).All(static b => b.State.IsFinal() || b.HeldFor is not null);
        bool goesOn = GoesOn(now) && await PlanRetryAsync(now, notes, cancellationToken).ConfigureAwait(false);
        if (rounds is not null && now.MaxRounds is not null)
        {
            goesOn |= await rounds.AdvanceAsync(now, isIdle, isAsked, (m, f) => notes.Add(Note(job, m, f)), cancellationToken)
                .ConfigureAwait(false);
        }

        if (goesOn)
        {
            await RoundAsync(ledger.Jobs.Get(job.Id), notes, cancellationToken).ConfigureAwait(false);
        }

        return notes;
    }

    /// <summary>Tells whether a step of the job, all of whose batches are final, sends requests again that have failed.</summary>
    /// <remarks>Retries wait until all batches are final, so that the failed requests make one batch and not many small ones.</remarks>
    public bool GoesOn(JobRecord job)
        => job.MaxAttempts > 1 && job.StoppedAt is null
            && ledger.Batches.OfJob(job.Id).All(static b => b.State.IsFinal())
            && new RetryPlanner(ledger).Any(job, Filter(job));

    private async Task<RoundReport> RoundAsync(JobRecord job, List<RoundNote> notes, CancellationToken cancellationToken)
    {
        bool sends = job.StoppedAt is null && SecondSend.Sends(job);
        RoundReport report = await round
            .RunAsync(ledger.Batches.OfJob(job.Id).Select(static b => b.Id), sent: null, cancellationToken, sends)
            .ConfigureAwait(false);
        notes.AddRange(report.Notes);
        // All that is the job's belongs to the same workspace: a step of it has nothing to do by this connection, and its next has not.
        return notes.Select(static n => n.Failure).FirstOrDefault(static f => f?.Cause == FailureCause.JobBoundElsewhere) is { } elsewhere
            ? throw elsewhere
            : report;
    }

    // A step of a paused job runs once an hour, or when somebody names the job. Requests that failed because of the account are tried again
    // then, within the job's number of attempts.
    private static RetryFilter Filter(JobRecord job) => new()
    {
        MaxAttempts = job.MaxAttempts,
        SkipsRemoved = true,
        Classes = job.PauseReason is null ? null : new HashSet<FailureClass> { FailureClass.Transient, FailureClass.OperatorFixable },
    };

    // What the next step may well get needs no person.
    private static NoteWeight WeightOf(ClaudeBatchException failure) => failure.Kind switch
    {
        FailureKind.Busy => NoteWeight.Detail,
        FailureKind.Network or FailureKind.InvalidData => NoteWeight.Warning,
        _ => NoteWeight.Error,
    };

    private bool AreResultsDue(BatchRecord batch) => ResultPatience.IsDue(batch, ledger.Clock.GetUtcNow().UtcDateTime);

    private bool IsOldPause(JobRecord job)
        => job.PausedAt is null || ledger.Clock.GetUtcNow().UtcDateTime - job.PausedAt >= s_pausedInterval;

    // The settings of a workspace do not change within the hour, and what something on the way has refused would meet it again. A person who
    // names the job knows that it has changed. Tools come with the line that names them.
    private static bool Lasts(JobRecord job)
        => job.PausedFor is PauseCause.HumanReviewDisabled or PauseCause.ToolsNotNamed || !SecondSend.Sends(job);

    // A part that the lists have not shown may still appear in one, however long its job is paused.
    private bool IsSettling(JobRecord job)
        => ledger.Batches.OfJob(job.Id).Any(static b => b.State == BatchState.Unconfirmed);

    private async Task<bool> PlanRetryAsync(JobRecord job, List<RoundNote> notes, CancellationToken cancellationToken)
    {
        try
        {
            RenewedFiles? files = await round.RenewFilesAsync(job, Filter(job), notes, cancellationToken).ConfigureAwait(false);
            return new RetryPlanner(ledger).Plan(job, Filter(job), SpoolLimits.Of(job), files: files).Count > 0;
        }
        catch (ClaudeBatchException failure) when (failure.Kind == FailureKind.Busy || failure.IsTransient)
        {
            notes.Add(Note(job, failure.Message, failure));
            return false;
        }
    }

    private RoundNote Note(JobRecord job, string message, ClaudeBatchException? failure) => new(
        ledger.Batches.OfJob(job.Id) is [var first, ..] ? first : throw JobBooks.Gone(job),
        message,
        failure,
        failure is null ? NoteWeight.Information
            : failure.Kind == FailureKind.Busy || failure.IsTransient ? NoteWeight.Warning
            : NoteWeight.Error);
}
