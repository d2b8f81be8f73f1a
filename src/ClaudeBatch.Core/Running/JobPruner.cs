using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Core.Running;

/// <summary>Deletes a job's files, or everything that the ledger has of a job.</summary>
public sealed class JobPruner(JobLedger ledger)
{
    /// <summary>Tells what is still to be done for the job, as words that follow its name in a sentence; null where nothing is.</summary>
    public string? Unfinished(JobRecord job)
    {
        IReadOnlyList<BatchRecord> batches = ledger.Batches.OfJob(job.Id);
        JobState state = JobStates.Of(ledger.Folder, job, batches);
        return state == JobState.Open ? "is being filled"
            : batches.FirstOrDefault(static b => !b.State.IsFinal()) is { } open
                ? $"has part {open.Part} {open.State}, whose answers are not here yet"
            : null;
    }

    /// <summary>
    /// Deletes the spools, rows and answers. Ids, counts and costs stay, so that the same command still sends nothing twice.
    /// </summary>
    /// <exception cref="ClaudeBatchException"><c>JobBusy</c>.</exception>
    public void RemovePayloads(JobRecord job)
    {
        using OwnershipLock ownership = Ownership.TakeInput(ledger.Folder, job);
        string folder = ledger.Folder.Job(job.Id);
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Directory.Delete(folder, recursive: true);
            ledger.Events.Add(EventKind.PayloadRemoved, "The requests, rows and answers of the job were removed.", job.Id);
        }
    }

    /// <summary>Deletes the job from the ledger. Only the journal still tells that it existed.</summary>
    /// <exception cref="ClaudeBatchException"><c>JobBusy</c>.</exception>
    public void Forget(JobRecord job)
    {
        RemovePayloads(job);
        using OwnershipLock ownership = Ownership.TakeInput(ledger.Folder, job);
        ledger.Jobs.Forget(job);
        ledger.Events.Add(EventKind.JobForgotten, $"Job '{job.Name}' was taken out of the books.");
    }

    /// <summary>
    /// Deletes the payloads of finished jobs that were last changed longer ago than the ledger's retention time, where it has one.
    /// </summary>
    public void ApplyRetention()
    {
        if (ledger.Settings.RetentionDays is not { } days)
        {
            return;
        }

        DateTime limit = ledger.Clock.GetUtcNow().UtcDateTime - TimeSpan.FromDays(days);
        foreach (JobRecord job in ledger.Jobs.All().Where(j => j.UpdatedAt < limit && Unfinished(j) is null))
        {
            if (OwnershipLock.IsTaken(ledger.Folder, job.LockName))
            {
                continue; // another process uses the job; a later step deletes its payloads
            }

            RemovePayloads(job);
        }
    }
}
