using System.Globalization;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Core.Sending;

/// <summary>Finds what prevents a part from being sent now, as far as the ledger tells it without a call to the service.</summary>
internal static class SendGate
{
    public static ClaudeBatchException? Obstacle(JobLedger ledger, JobRecord job, BatchRecord batch)
    {
        if (job.StoppedAt is not null)
        {
            return new ClaudeBatchException(
                FailureKind.Conflict, "JobStopped", $"Job '{job.Name}' was stopped; part {batch.Part} is not sent. Resume-ClaudeBatch "
                    + $"-Job {job.Name} -Force goes on with it.")
            { Target = batch.Key };
        }

        if (!SecondSend.Sends(job))
        {
            return new ClaudeBatchException(
                FailureKind.Conflict, "JobPaused", $"Job '{job.Name}' is paused; part {batch.Part} is not sent. {job.PauseReason}")
            { Target = batch.Key };
        }

        FileInfo spool = new(ledger.Folder.Spool(batch.JobId, batch.Part));
        if (!spool.Exists || spool.Length != batch.SizeInBytes)
        {
            return ClaudeBatchException.SpoolChanged(spool.FullName);
        }

        // An upload that broke off is no longer on its way, whoever sends it again.
        BatchRecord? other = ledger.Batches.UnsettledLike(batch)
            .FirstOrDefault(o => o.State == BatchState.Unconfirmed || OwnershipLock.IsTaken(ledger.Folder, o.LockName));
        if (other is not null)
        {
            return Wait(
                "BatchWaits", $"it waits until batch '{other.Key}', which has as many requests, is settled: two such could not be told "
                    + $"apart.", null, batch);
        }

        TimeSpan left = (batch.NotBefore ?? DateTime.MinValue) - ledger.Clock.GetUtcNow().UtcDateTime;
        // No wait is longer than the longest that is kept, unless the clock has been set back since it was written down.
        if (left > TimeSpan.Zero && left <= ReplyHeaders.LongestWait)
        {
            return Wait("ServiceBusy", Patience(batch, left), left, batch);
        }

        int running = ledger.Batches.CountRunning();
        return batch.WaitsForRoom > 0 && running >= batch.WaitsForRoom
            ? Wait("QueueFull", $"the account's queue is full; it waits until one of the {running} running batches has ended.", null, batch)
            : null;
    }

    private static string Patience(BatchRecord batch, TimeSpan left) => string.Create(
        CultureInfo.InvariantCulture,
        $"the service asked for patience ({batch.Message}); it is sent again in {left.TotalSeconds:0} seconds.");

    private static ClaudeBatchException Wait(string id, string why, TimeSpan? time, BatchRecord batch) => new(
        FailureKind.RateLimited, id, $"Part {batch.Part} of job '{batch.Job}' is not sent yet: {why}")
    { Target = batch.Key, IsTransient = true, RetryAfter = time };
}
