using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Core.Ledger;

/// <summary>Takes the locks that keep two processes from working on the same job's input or the same batch.</summary>
internal static class Ownership
{
    /// <summary>Takes the lock of a job's input.</summary>
    /// <exception cref="ClaudeBatchException"><c>JobBusy</c>, with the id of the process that has the lock.</exception>
    public static OwnershipLock TakeInput(LedgerFolder folder, JobRecord job) => OwnershipLock.TryTake(folder, job.LockName)
        ?? throw new ClaudeBatchException(
            FailureKind.Busy,
            "JobBusy",
            $"Job '{job.Name}' is being filled by process {OwnershipLock.OwnerOf(folder, job.LockName)}. Run the line again when that "
                + $"has ended, "
            + "or use another name.")
        { Target = job.Name };

    /// <summary>Takes the lock of a batch.</summary>
    /// <exception cref="ClaudeBatchException"><c>BatchBusy</c>, with the id of the process that has the lock.</exception>
    public static OwnershipLock Take(LedgerFolder folder, BatchRecord batch) => TryTake(folder, batch) ?? throw Busy(folder, batch);

    /// <summary>Takes the lock of a batch; null when another process has it.</summary>
    public static OwnershipLock? TryTake(LedgerFolder folder, BatchRecord batch) => OwnershipLock.TryTake(folder, batch.LockName);

    /// <summary>Makes the error for a batch whose lock another process has.</summary>
    public static ClaudeBatchException Busy(LedgerFolder folder, BatchRecord batch) => new(
        FailureKind.Busy,
        "BatchBusy",
        $"Batch '{batch.Key}' is being worked on by process {OwnershipLock.OwnerOf(folder, batch.LockName)}; it was left to it. Run "
            + $"the line again in a moment.")
    { Target = batch.Key };
}
