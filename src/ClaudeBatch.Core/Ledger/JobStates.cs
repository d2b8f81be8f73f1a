using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Core.Ledger;

/// <summary>Derives the state of a job.</summary>
public static class JobStates
{
    /// <summary>Reads the batches of a job, and derives its state.</summary>
    public static JobState Of(JobLedger ledger, JobRecord job) => Of(ledger.Folder, job, ledger.Batches.OfJob(job.Id));

    public static JobState Of(LedgerFolder folder, JobRecord job, IReadOnlyList<BatchRecord> batches)
    {
        if (job.SealedAt is null)
        {
            return OwnershipLock.IsTaken(folder, job.LockName) ? JobState.Open : JobState.InputCut;
        }

        if (batches.Any(static b => b.IsAmbiguous))
        {
            return JobState.Ambiguous;
        }

        if (job.StoppedAt is not null)
        {
            return JobState.Stopped;
        }

        if (batches.All(static b => b.State.IsFinal()))
        {
            return job.PauseReason is null ? JobState.Finished : JobState.Paused;
        }

        return job.PauseReason is null ? JobState.Running : JobState.Paused;
    }
}
