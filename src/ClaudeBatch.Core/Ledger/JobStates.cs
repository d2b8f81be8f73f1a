using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Core.Ledger;

/// <summary>Derives the state of a job.</summary>
public static class JobStates
{
    /// <summary>Reads the batches of a job, and derives its state.</summary>
    public static JobState Of(JobLedger ledger, JobRecord job) => Of(ledger, job, ledger.Batches.OfJob(job.Id));

    public static JobState Of(JobLedger ledger, JobRecord job, IReadOnlyList<BatchRecord> batches)
    {
        if (job.SealedAt is null)
        {
            return OwnershipLock.IsTaken(ledger.Folder, job.LockName) ? JobState.Open : JobState.InputCut;
        }

        if (batches.Any(static b => b.IsAmbiguous) || (job.MaxRounds is not null && ledger.Tools.Unknown(ledger.Folder, job).Count > 0))
        {
            return JobState.Ambiguous;
        }

        if (job.StoppedAt is not null)
        {
            return JobState.Stopped;
        }

        return job.PauseReason is not null ? JobState.Paused
            : batches.Any(static b => !b.State.IsFinal()) || WaitsForTools(ledger, job, batches) ? JobState.Running
            : JobState.Finished;
    }

    private static bool WaitsForTools(JobLedger ledger, JobRecord job, IReadOnlyList<BatchRecord> batches)
        => job.MaxRounds is not null && batches.Any(b => b.HasRoundsLeft(job) && ledger.Batches.Tally(b).Waiting > 0);
}
