using System.Globalization;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Core.Running;

/// <summary>Tells which jobs have ended, and has something done about an end, once.</summary>
/// <param name="ledger">The ledger.</param>
/// <param name="step">The steps of the jobs.</param>
public sealed class JobEnds(JobLedger ledger, JobStep step)
{
    /// <summary>
    /// Gives the end of a job that no scheduler was told of: the job's last batch, 0 where it has none. Null where there is none. A job that
    /// gets more batches, by a retry or more rows, ends anew, and that end is another one.
    /// </summary>
    public long? Unreported(JobRecord job) => EndAfter(job, job.ReportedBatch);

    /// <summary>
    /// Has ends watched from now on. The jobs that have ended before it is called for the first time are passed over for ever: a ledger of
    /// many months would set off as many mails. What was begun and not booked is still owed.
    /// </summary>
    public void Watch()
    {
        if (!ledger.Settings.WatchesEnds)
        {
            ledger.Write(() =>
            {
                foreach (JobRecord job in ledger.Jobs.All().Where(static j => j.FinishedClaim is null))
                {
                    if (EndAfter(job, job.FinishedBatch) is { } end)
                    {
                        ledger.Jobs.MarkFinished(job, end);
                    }
                }

                ledger.Settings.WatchesEnds = true;
            });
        }
    }

    /// <summary>Tells whether a job has ended, and what is to be done about that is not done.</summary>
    public bool IsOwed(JobRecord job) => EndAfter(job, job.FinishedBatch) is not null;

    /// <summary>Does what is to be done about the end of a job, unless that is done or another process is at it.</summary>
    /// <param name="job">The job.</param>
    /// <param name="work">What is to be done. It gets the job, and the claim of whoever has begun the same and did not succeed; null where
    /// nobody has. No transaction is open and no other lock is held while it runs.</param>
    /// <exception cref="ClaudeBatchException">What <paramref name="work"/> throws. The end stays owed then.</exception>
    public void Settle(JobRecord job, Action<JobRecord, string?> work)
    {
        using OwnershipLock? owned = OwnershipLock.TryTake(ledger.Folder, job.FinishedLockName);
        if (owned is null || ledger.Jobs.Find(job.Name) is not { } now || now.Identity != job.Identity
            || EndAfter(now, now.FinishedBatch) is not { } end)
        {
            return;
        }

        DateTime at = ledger.Clock.GetUtcNow().UtcDateTime;
        ledger.Jobs.ClaimFinished(
            now, string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId} at {at:yyyy-MM-dd HH:mm:ss}Z"));
        Milestone.Pass("end-claimed");
        try
        {
            work(now, now.FinishedClaim);
        }
        catch (ClaudeBatchException failure)
        {
            ledger.Events.Add(EventKind.EndNotHandled, failure.Message, now.Id);
            throw;
        }

        Milestone.Pass("end-handled");
        ledger.Record(now, EventKind.EndHandled, "What was to be done at the job's end is done.", () => ledger.Jobs.MarkFinished(now, end));
        Milestone.Pass("end-booked");
    }

    private long? EndAfter(JobRecord job, long? done)
    {
        IReadOnlyList<BatchRecord> batches = ledger.Batches.OfJob(job.Id);
        long last = batches.Select(static b => b.Id).DefaultIfEmpty().Max();
        return !(done >= last) && JobStates.Of(ledger, job, batches) == JobState.Finished && !step.GoesOn(job) ? last : null;
    }
}
