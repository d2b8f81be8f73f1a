using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Core.Running;

/// <summary>Cancels and deletes batches, and deletes the ledger's files of them.</summary>
public sealed class BatchControl(JobLedger ledger, BatchApi api)
{
    /// <summary>
    /// Cancels a batch that the service processes, and abandons one that was never sent. A batch that has ended is returned as it is.
    /// </summary>
    /// <exception cref="ClaudeBatchException"><c>BatchBusy</c>, and what the service says.</exception>
    public async Task<BatchRecord> CancelAsync(BatchRecord batch, CancellationToken cancellationToken)
    {
        if (batch.State.IsUnsent())
        {
            batch = Abandon(batch); // it runs where another process has sent it in between
        }

        if (!batch.State.IsRunning())
        {
            return batch;
        }

        BatchApi bound = JobBinding.Bind(api, ledger.Jobs.Get(batch.JobId));
        try
        {
            return await BatchCanceler.CancelAsync(ledger, bound, batch, "Canceled by request.", cancellationToken).ConfigureAwait(false);
        }
        catch (ClaudeBatchException failure) when (failure is { Status: 400, IsFromService: true })
        {
            // The batch had ended before the cancel call arrived: there is nothing left to cancel.
            return await new BatchPoller(ledger, api, ledger.Clock).RefreshAsync(batch, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Deletes a batch at the service. Collected answers stay in the ledger.</summary>
    public async Task<BatchRecord> DeleteAsync(BatchRecord batch, CancellationToken cancellationToken)
    {
        string? id = batch.ServiceId;
        if (id is null || batch.State == BatchState.Deleted)
        {
            return batch;
        }

        BatchApi bound = JobBinding.Bind(api, ledger.Jobs.Get(batch.JobId));
        string? requestId;
        try
        {
            requestId = (await bound.DeleteAsync(id, cancellationToken).ConfigureAwait(false)).RequestId;
        }
        catch (ClaudeBatchException failure) when (failure is { Status: 404, IsFromService: true })
        {
            requestId = failure.RequestId; // deleted before: by a process that ended before it could record this, or by somebody else
        }

        Milestone.Pass("deleted-at-service");
        return ledger.Decide(batch, b => new Decision(
            b.ServiceId != id ? b
                : b.State == BatchState.Collected ? b with { AskAgainAt = null } // the service has nothing more to say
                : b with { State = BatchState.Deleted, AskAgainAt = null, Message = null },
            EventKind.Deleted,
            $"Batch {id} was deleted at the service.",
            requestId));
    }

    /// <summary>
    /// Deletes the files with the requests and the answers of a batch, and with the last of them the rows of the job. Ids, counts and costs
    /// stay in the ledger.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="evenOpen">Whether it is done also for a batch whose answers are not here yet.</param>
    /// <exception cref="ClaudeBatchException"><c>BatchNotCollected</c>, <c>BatchBusy</c>, <c>BatchGone</c>.</exception>
    public void RemovePayloads(BatchRecord batch, bool evenOpen)
    {
        using OwnershipLock ownership = Ownership.Take(ledger.Folder, batch);
        batch = ledger.Batches.Get(batch);
        if (!evenOpen && !batch.State.IsFinal())
        {
            throw NotCollected(batch);
        }

        bool any = false;
        foreach (string file in Payloads(batch).Where(File.Exists))
        {
            File.Delete(file);
            any = true;
        }

        if (any)
        {
            ResultPatience.StopAsking(ledger, batch);
            ledger.Events.Add(EventKind.PayloadRemoved, "The spool and the results were removed.", batch.JobId, batch.Id);
        }

        GiveUpUnsent(ledger, batch);
        RemoveRows(batch.JobId);
    }

    /// <summary>Gives up a part whose requests were removed before it was sent, so that the same line sends its rows in a new part.</summary>
    internal static void GiveUpUnsent(JobLedger ledger, BatchRecord batch)
    {
        batch = ledger.Batches.Get(batch);
        if (batch.State.IsUnsent())
        {
            ledger.SetState(batch, BatchState.Abandoned, "Its requests were removed before it was sent.");
        }
    }

    /// <summary>Makes the error for a batch whose files are not deleted because its answers are not here yet.</summary>
    public static ClaudeBatchException NotCollected(BatchRecord batch) => new(
        FailureKind.Conflict,
        "BatchNotCollected",
        $"Batch '{batch.Key}' is {batch.State}: its answers are not here yet and would be lost. Collect them with Get-ClaudeBatchResult, or "
            + "use -Force.")
    { Target = batch.Key };

    // The rows are as private as the requests that were made from them. They are needed as long as a part has requests or answers here, or
    // will have answers.
    private void RemoveRows(long jobId)
    {
        JobRecord job = ledger.Jobs.Get(jobId);
        using OwnershipLock? input = OwnershipLock.TryTake(ledger.Folder, job.LockName);
        if (input is null || ledger.Batches.OfJob(jobId).Any(b => !b.State.IsFinal() || Payloads(b).Any(File.Exists)))
        {
            return;
        }

        string rows = ledger.Folder.Source(jobId);
        if (File.Exists(rows))
        {
            ledger.Attempts.ForgetRows(jobId);
            File.Delete(rows);
            ledger.Events.Add(EventKind.PayloadRemoved, "The rows of the job were removed with its last batch.", jobId);
        }
    }

    private string[] Payloads(BatchRecord batch)
        => [ledger.Folder.Spool(batch.JobId, batch.Part), .. ledger.Folder.AllResults(batch.JobId, batch.Part)];

    private BatchRecord Abandon(BatchRecord batch)
    {
        using OwnershipLock ownership = Ownership.Take(ledger.Folder, batch);

        batch = ledger.Batches.Get(batch);
        return batch.State.IsUnsent()
            ? ledger.SetState(batch, BatchState.Abandoned, "Given up before it was sent.")
            : batch;
    }
}
