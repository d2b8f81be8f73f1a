using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Core.Rounds;

/// <summary>
/// What a step does for a job whose answers call tools: runs their calls, where the line names the tools, and plans the next round, or pauses
/// the job with the reason why it does not go on.
/// </summary>
/// <param name="ledger">The open ledger.</param>
/// <param name="planner">Plans the rounds.</param>
/// <param name="bench">The tools that the line names; null where it names none.</param>
public sealed class JobRounds(JobLedger ledger, RoundPlanner planner, IToolBench? bench)
{
    /// <summary>Tells whether a job that is paused for its tools goes on with those of the line.</summary>
    public bool Serves(JobRecord job) => bench is not null && job is { PausedFor: PauseCause.ToolsNotNamed, MaxRounds: not null }
        && (ledger.Tools.Of(job) is not { Count: > 0 } tools || tools.Any(t => bench.Has(t.Name)));

    /// <summary>Whether later rounds of a job have a batch that the service has refused, or a person has given up.</summary>
    public bool AnyRefused(JobRecord job) => job.MaxRounds is not null && planner.AnyRefused(job);

    /// <summary>Runs the calls of the job's answers, and seals the next round where it is due.</summary>
    /// <param name="job">The job.</param>
    /// <param name="isIdle">Whether nothing of the job is with the service or waits to be sent.</param>
    /// <param name="isAsked">Whether a person has named the job.</param>
    /// <param name="notes">Takes what a person should know, as sentences with their failures.</param>
    /// <param name="cancellationToken">Ends the run; what had ended is recorded.</param>
    /// <returns>Whether a round was sealed, to be sent.</returns>
    public async Task<bool> AdvanceAsync(
        JobRecord job, bool isIdle, bool isAsked, Action<string, ClaudeBatchException?> notes, CancellationToken cancellationToken)
    {
        if (Serves(job))
        {
            ledger.Jobs.Unpause(job);
        }

        ToolRunReport report = await RunAsync(job, notes, cancellationToken).ConfigureAwait(false);
        job = ledger.Jobs.Get(job.Id); // somebody may have stopped it while its calls ran
        if (job.StoppedAt is not null)
        {
            return false;
        }

        bool isUnknown = TellUnknown(job, notes);
        // What somebody is at work on will want to go out with the rest.
        isIdle &= !report.IsElsewhere && !OwnershipLock.IsTaken(ledger.Folder, job.ToolsLockName);
        RoundPlan plan;
        try
        {
            plan = planner.Plan(job, isIdle, takesRefused: isAsked);
        }
        catch (ClaudeBatchException failure) when (!failure.IsFatal)
        {
            notes(failure.Message, failure);
            return false;
        }

        if (plan.Obstacle is { } excess)
        {
            Pause(job, PauseCause.BudgetExceeded, EventKind.BudgetExceeded, excess, notes);
        }
        else if (plan.Batches.Count > 0 && job.PausedFor is PauseCause.BudgetExceeded)
        {
            ledger.Jobs.Unpause(job);
        }
        else if (isIdle && plan.Batches.Count == 0 && !isUnknown)
        {
            Wait(job, report, notes);
        }

        return plan.Batches.Count > 0;
    }

    private async Task<ToolRunReport> RunAsync(
        JobRecord job, Action<string, ClaudeBatchException?> notes, CancellationToken cancellationToken)
    {
        if (bench is null)
        {
            return new ToolRunReport();
        }

        try
        {
            return await new ToolRun(ledger, bench).RunAsync(job, cancellationToken).ConfigureAwait(false);
        }
        catch (ClaudeBatchException failure) when (!failure.IsFatal)
        {
            notes(failure.Message, failure);
            return new ToolRunReport { IsElsewhere = true };
        }
    }

    // Nothing else of the job is left to do: what it waits for is said once, and it is no longer looked at at every step.
    private void Wait(JobRecord job, ToolRunReport report, Action<string, ClaudeBatchException?> notes)
    {
        long rows = ledger.Jobs.Totals(job).WaitingForTools;
        if (rows == 0)
        {
            return;
        }

        if (bench is null)
        {
            foreach (PendingCall call in PendingCalls.Of(ledger, job))
            {
                report.Missing[call.Name] = 0;
            }
        }

        Pause(job, PauseCause.ToolsNotNamed, EventKind.Paused, Waiting(job, report, rows), notes);
    }

    private bool TellUnknown(JobRecord job, Action<string, ClaudeBatchException?> notes)
    {
        if (ledger.Tools.Unknown(ledger.Folder, job) is not { Count: > 0 } unknown)
        {
            return false;
        }

        string what = ToolBooks.Describe(job, unknown);
        notes(what, new ClaudeBatchException(FailureKind.Conflict, "ToolCallUnknown", what) { Target = job.Name });
        return true;
    }

    private static string Waiting(JobRecord job, ToolRunReport report, long rows)
    {
        string waiting = Sentence.Count(rows, $"request of job '{job.Name}' waits for", $"requests of job '{job.Name}' wait for");
        string names = string.Join(", ", report.Missing.Keys);
        return report.Missing.Count > 0 ? $"{waiting} {names}. Name them: Resume-ClaudeBatch -Job {job.Name} -Tool {names}"
            : report.NotConfirmed > 0
                ? $"{waiting} calls that were not confirmed. To be asked again: Resume-ClaudeBatch -Job {job.Name} -Tool …"
            : $"{waiting} their tools. Name them: Resume-ClaudeBatch -Job {job.Name} -Tool …";
    }

    private void Pause(
        JobRecord job, PauseCause cause, EventKind kind, string message, Action<string, ClaudeBatchException?> notes)
    {
        if (job.PauseReason == message)
        {
            ledger.Jobs.Pause(job, cause, message);
        }
        else
        {
            ledger.Record(job, kind, message, () => ledger.Jobs.Pause(job, cause, message));
        }

        ClaudeBatchException failure = new(FailureKind.Conflict, cause.ToString(), message) { Target = job.Name, Pauses = cause };
        notes(message, failure);
    }
}
