using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Rounds;

namespace ClaudeBatch.Core.Running;

/// <summary>Deletes a job's files, or everything that the ledger has of a job.</summary>
public sealed class JobPruner(JobLedger ledger)
{
    /// <summary>Tells what is still to be done for the job, as words that follow its name in a sentence; null where nothing is.</summary>
    public string? Unfinished(JobRecord job)
        => job.SealedAt is null && OwnershipLock.IsTaken(ledger.Folder, job.LockName) ? "is being filled" : OpenPart(job);

    /// <summary>
    /// Deletes the spools, rows and answers. Ids, counts and costs stay, so that the same command still sends nothing twice.
    /// </summary>
    /// <param name="job">The job.</param>
    /// <param name="evenUnfinished">Whether it is done also where something is still to be done for the job.</param>
    /// <exception cref="ClaudeBatchException"><c>JobBusy</c>, <c>BatchBusy</c>, <c>ToolsBusy</c>, <c>JobNotFinished</c>, <c>JobGone</c>.</exception>
    public void RemovePayloads(JobRecord job, bool evenUnfinished) => Alone(job, evenUnfinished, DeleteFiles);

    /// <summary>Deletes the job from the ledger. Only the journal still tells that it existed.</summary>
    /// <inheritdoc cref="RemovePayloads" path="/param"/>
    /// <inheritdoc cref="RemovePayloads" path="/exception"/>
    public void Forget(JobRecord job, bool evenUnfinished) => Alone(job, evenUnfinished, j =>
    {
        DeleteFiles(j);
        ledger.Jobs.Forget(j);
        ledger.Events.Add(EventKind.JobForgotten, $"Job '{j.Name}' was taken out of the books.", j.Id, removed: j.Name);
    });

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
        foreach (JobRecord job in ledger.Jobs.All().Where(j => j.UpdatedAt < limit && HasFiles(j) && Unfinished(j) is null))
        {
            try
            {
                RemovePayloads(job, evenUnfinished: false);
            }
            catch (ClaudeBatchException failure) when (failure.Kind is FailureKind.Busy or FailureKind.NotFound or FailureKind.Conflict)
            {
                // Another process uses the job, or has removed it: a later step looks again.
            }
        }
    }

    // Somebody may have been asked before, for as long as they like: whether the job is finished is asked again when nobody can change it.
    private void Alone(JobRecord job, bool evenUnfinished, Action<JobRecord> work)
    {
        using OwnershipLock input = Ownership.TakeInput(ledger.Folder, job);
        using OwnershipLock tools = OwnershipLock.TryTake(ledger.Folder, job.ToolsLockName) ?? throw ToolRun.Busy(ledger.Folder, job);
        List<OwnershipLock> batches = [];
        try
        {
            JobRecord now = ledger.Jobs.Get(job.Id);
            if (now.Identity != job.Identity)
            {
                throw JobBooks.Gone(job);
            }

            batches.AddRange(ledger.Batches.OfJob(job.Id).Where(static b => !b.State.IsFinal())
                .Select(b => Ownership.Take(ledger.Folder, b)));
            string? why = evenUnfinished ? null : OpenPart(now); // nobody fills it: its lock is ours
            if (why is not null)
            {
                throw NotFinished(now, why);
            }

            work(now);
        }
        finally
        {
            batches.ForEach(static taken => taken.Dispose());
        }
    }

    /// <summary>Makes the error for a job that is not removed because something is still to be done for it.</summary>
    public static ClaudeBatchException NotFinished(JobRecord job, string why) => new(
        FailureKind.Conflict, "JobNotFinished", $"Job '{job.Name}' {why}; it is removed only with -Force.") { Target = job.Name };

    private string? OpenPart(JobRecord job)
    {
        BatchRecord? open = ledger.Batches.OfJob(job.Id).FirstOrDefault(static b => !b.State.IsFinal());
        return open is not null ? $"has part {open.Part} {open.State}, whose answers are not here yet"
            : ledger.Jobs.Totals(job).WaitingForTools > 0 ? "has answers that wait for their tools"
            : null;
    }

    private bool HasFiles(JobRecord job)
    {
        string folder = ledger.Folder.Job(job.Id);
        return Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any();
    }

    private void DeleteFiles(JobRecord job)
    {
        if (HasFiles(job))
        {
            ledger.Jobs.EndRounds(job);
            ledger.Attempts.ForgetRows(job.Id);
            Directory.Delete(ledger.Folder.Job(job.Id), recursive: true);
            ledger.Events.Add(EventKind.PayloadRemoved, "The requests, rows and answers of the job were removed.", job.Id);
        }

        // What was removed does not come back by itself.
        foreach (BatchRecord batch in ledger.Batches.OfJob(job.Id))
        {
            ResultPatience.StopAsking(ledger, batch);
            BatchControl.GiveUpUnsent(ledger, batch);
        }
    }
}
