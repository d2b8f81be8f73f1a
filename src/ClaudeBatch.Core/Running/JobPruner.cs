using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Core.Running;

/// <summary>Takes jobs off the disk: their payloads, or all that is known of them.</summary>
public sealed class JobPruner(JobLedger ledger)
{
    /// <summary>What is left to be done for the job, in words that follow its name; null when nothing is.</summary>
    public string? Unfinished(JobRecord job)
    {
        IReadOnlyList<BatchRecord> batches = ledger.Batches.OfJob(job.Id);
        JobState state = JobStates.Of(ledger.Folder, job, batches);
        return state == JobState.Open ? "is being filled"
            : batches.FirstOrDefault(static b => !b.State.IsFinal()) is { } open
                ? $"has part {open.Part} {open.State}, whose answers are not here yet"
            : null;
    }

    /// <summary>Deletes spools, rows and answers; ids, counts and costs stay, and the same line still sends nothing twice.</summary>
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

    /// <summary>Forgets the job. Only the journal keeps that it was there.</summary>
    /// <exception cref="ClaudeBatchException"><c>JobBusy</c>.</exception>
    public void Forget(JobRecord job)
    {
        RemovePayloads(job);
        using OwnershipLock ownership = Ownership.TakeInput(ledger.Folder, job);
        ledger.Jobs.Forget(job.Id);
        ledger.Events.Add(EventKind.JobForgotten, $"Job '{job.Name}' was taken out of the books.");
    }

    /// <summary>Removes the payloads of finished jobs that have had their days, where the ledger has a limit.</summary>
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
                continue; // somebody uses it; the next step comes
            }

            RemovePayloads(job);
        }
    }
}
