using System.Globalization;
using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Core.Sending;

/// <summary>Sends a sealed part to the service, at most once.</summary>
/// <remarks>
/// A list call is made first: it shows that the key is valid before hundreds of megabytes are sent. What it shows is recorded before the
/// first byte is sent, and the state Unconfirmed before the last byte is.
/// </remarks>
public sealed class BatchSender(JobLedger ledger, BatchApi api)
{
    /// <summary>How long a part waits after the service has replied with 429 or 529 and no <c>retry-after</c>.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A batch that the ledger does not know, with as many requests and created within this time before the part, may be the same input
    /// sent from another ledger, and is worth a warning.
    /// </summary>
    private static readonly TimeSpan s_neighbourhood = TimeSpan.FromMinutes(10);

    /// <summary>Sends the batch if it is unsent and no other process works on it.</summary>
    /// <param name="batchId">The ledger's number of the batch.</param>
    /// <param name="sent">Gets the number of bytes sent so far; null for no reports.</param>
    /// <param name="cancellationToken">Cancels the upload. The batch can be sent again as long as its last byte has not been sent.</param>
    /// <returns>The batch as it is recorded afterwards, and the failure if there was one.</returns>
    /// <exception cref="ClaudeBatchException"><c>BatchIdNotStored</c>: the service has accepted the batch, and its id could not be written
    /// to the disk.</exception>
    public async Task<SendResult> SendAsync(long batchId, IProgress<long>? sent, CancellationToken cancellationToken)
    {
        BatchRecord batch = ledger.Batches.Get(batchId);
        using OwnershipLock? ownership = Ownership.TryTake(ledger.Folder, batch);
        if (ownership is null)
        {
            return new SendResult(batch, Ownership.Busy(ledger.Folder, batch));
        }

        batch = ledger.Batches.Get(batchId); // another process may have sent it before the lock was ours
        if (!batch.State.IsUnsent())
        {
            return new SendResult(batch, null);
        }

        JobRecord job = ledger.Jobs.Get(batch.JobId);
        if (SendGate.Obstacle(ledger, job, batch) is { } obstacle)
        {
            return new SendResult(batch, obstacle);
        }

        BatchApi bound;
        try
        {
            bound = JobBinding.Bind(api, job);
            AccountList list = await AccountList.FetchAsync(bound, BackTo(batch), cancellationToken).ConfigureAwait(false);
            JobBinding.Check(job, list.Headers);
            if (IsDoubtful(batch, list))
            {
                return Doubt(batch);
            }

            RecordIntent(job, batch, list);
        }
        catch (ClaudeBatchException failure) when (failure.Pauses is { } cause)
        {
            return Pause(job, batch, cause, failure);
        }
        catch (ClaudeBatchException failure) when (failure.Kind is not FailureKind.Storage)
        {
            return new SendResult(batch, failure);
        }

        Milestone.Pass("intent-recorded");
        CreateReply reply = await bound.CreateAsync(
            ledger.Folder.Spool(batch.JobId, batch.Part),
            batch.SizeInBytes,
            ledger.Batches.SpoolDigest(batch.Id),
            _ => WriteDownLastByte(batch),
            sent,
            cancellationToken).ConfigureAwait(false);
        Milestone.Pass("reply-received");
        SendResult result = Judge(job, batch, reply);
        Milestone.Pass("reply-recorded");
        return result.Batch.State == BatchState.InProgress
            ? result with { Warning = await NeighbourAsync(bound, result.Batch, cancellationToken).ConfigureAwait(false) }
            : result;
    }

    private Task WriteDownLastByte(BatchRecord batch)
    {
        ledger.SetState(batch, BatchState.Unconfirmed, "The last byte is about to go.");
        return Task.CompletedTask;
    }

    // Before a batch is sent again after a 429 or 529, the account is searched for it: the service may have accepted it all the same.
    private static DateTimeOffset? BackTo(BatchRecord batch)
        => batch.NotBefore is null ? null : SubmissionIntent.Of(batch).EarliestCandidate;

    private bool IsDoubtful(BatchRecord batch, AccountList list)
        => batch.NotBefore is not null && Settler.Candidates(ledger, batch, list).Any();

    private SendResult Doubt(BatchRecord batch)
    {
        ClaudeBatchException unsure = Unconfirmed(
            batch, "was refused for now, and a batch of as many requests has appeared since; whether it is this one is not known "
                + "yet", null);
        return new SendResult(
            ledger.Record(
                batch,
                EventKind.Unconfirmed,
                unsure.Message,
                null,
                () => ledger.Batches.RecordSettlement(batch.Id, BatchState.Unconfirmed, null, unsure.Message)),
            unsure);
    }

    private void RecordIntent(JobRecord job, BatchRecord batch, AccountList list)
    {
        ledger.Record(batch, EventKind.Uploading, $"{list.Batches.Count} batches listed before the create.", list.Headers.RequestId, () =>
        {
            ledger.Jobs.BindAccount(job.Id, list.Headers.OrganizationId, list.Headers.WorkspaceId);
            ledger.Batches
                .RecordIntent(batch.Id, SubmissionIntent.Of(list).ToJson(), list.Headers.OrganizationId, list.Headers.WorkspaceId);
        });
    }

    private SendResult Judge(JobRecord job, BatchRecord batch, CreateReply reply)
    {
        const string lost = "was sent and the reply was lost; whether the service has it is not known yet";
        ClaudeBatchException? failure = reply.Failure;
        return CreateVerdicts.Of(reply, batch.RequestCount) switch
        {
            CreateVerdict.Accepted => new SendResult(Accept(job, batch, reply.Batch!), null),
            CreateVerdict.OperatorMustAct => Pause(job, batch, failure!.Pauses!.Value, failure),
            CreateVerdict.Rejected => Leave(batch, BatchState.Rejected, failure!),
            CreateVerdict.Busy => Postpone(batch, failure!),
            CreateVerdict.Unconfirmed => Leave(batch, BatchState.Unconfirmed, Unconfirmed(batch, lost, failure)),
            _ => Leave(batch, BatchState.Spooled, failure!),
        };
    }

    // From here on, the batch is paid for, so its id must be written to the disk, if need be in the space that was reserved for this.
    private BatchRecord Accept(JobRecord job, BatchRecord batch, Reply<MessageBatch> reply)
    {
        try
        {
            try
            {
                return Store(job, batch, reply);
            }
            catch (Exception e) when (LedgerFailure.IsFull(e) && ledger.Folder.GiveUpReserve())
            {
                return Store(job, batch, reply);
            }
        }
        catch (ClaudeBatchException e) when (e.Kind is FailureKind.Storage or FailureKind.Busy)
        {
            throw new ClaudeBatchException(
                FailureKind.Storage,
                "BatchIdNotStored",
                $"The service made batch '{reply.Value.Id}' for part {batch.Part} of job '{batch.Job}', and that could not be written "
                    + $"down: {e.Message} "
                + $"Nothing more is sent. Make room, then run: Repair-ClaudeBatch -Id '{batch.Key}' -Adopt {reply.Value.Id}",
                e)
            { Target = reply.Value.Id, RequestId = reply.Headers.RequestId };
        }
    }

    private BatchRecord Store(JobRecord job, BatchRecord batch, Reply<MessageBatch> reply)
        => ledger.Record(batch, EventKind.InProgress, $"The service made batch {reply.Value.Id}.", reply.Headers.RequestId, () =>
        {
            ledger.Batches.Refresh(batch, reply.Value);
            if (job.PauseReason is not null && !ledger.Attempts.AnyWaitsForOperator(job))
            {
                ledger.Jobs.Unpause(job.Id);
            }
        });

    private SendResult Postpone(BatchRecord batch, ClaudeBatchException failure)
    {
        bool isFull = failure.Status == 429 && KnownError.IsAboutQueue(failure.ServiceMessage);
        int running = ledger.Batches.CountRunning();
        TimeSpan wait = failure.RetryAfter ?? s_patience;
        string words = failure.ServiceMessage ?? failure.Message;
        BatchRecord now = ledger.Record(batch, EventKind.Spooled, failure.Message, failure.RequestId, () =>
        {
            ledger.Batches.Postpone(batch.Id, ledger.Clock.GetUtcNow().UtcDateTime + wait, words);
            if (isFull)
            {
                ledger.Batches.WaitForRoom(batch.JobId, running);
            }
        });
        return new SendResult(
            now,
            new ClaudeBatchException(
                failure.Kind,
                isFull ? "QueueFull" : failure.Id,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Part {batch.Part} of job '{batch.Job}' is not sent yet: {words} It is tried again after {wait.TotalSeconds:0} "
                        + $"seconds{(isFull && running > 0 ? " and when one of our batches has ended" : string.Empty)}."),
                failure)
            { Target = batch.Key, IsTransient = true, RetryAfter = wait, RequestId = failure.RequestId });
    }

    private static ClaudeBatchException Unconfirmed(BatchRecord batch, string what, Exception? cause) => new(
        FailureKind.Service, "BatchUnconfirmed", $"Batch '{batch.Key}' {what}. It will not be sent again before that is settled.", cause)
    { Target = batch.Key };

    private SendResult Pause(JobRecord job, BatchRecord batch, PauseCause cause, ClaudeBatchException failure)
    {
        ledger.Record(job, EventKind.Paused, failure.Message, () => ledger.Jobs.Pause(job.Id, cause, failure.Message));
        return Leave(batch, BatchState.Spooled, failure);
    }

    private SendResult Leave(BatchRecord batch, BatchState state, ClaudeBatchException failure) => new(
        ledger.Record(
            batch,
            state.Event(),
            failure.InnerException is ClaudeBatchException cause ? $"{failure.Message} ({cause.Message})" : failure.Message,
            failure.RequestId,
            () => ledger.Batches.SetState(batch.Id, state, failure.Message)),
        failure);

    // When two processes with different ledgers send the same input at the same moment, the one that gets its reply later sees both
    // batches.
    private async Task<string?> NeighbourAsync(BatchApi bound, BatchRecord batch, CancellationToken cancellationToken)
    {
        AccountList list;
        try
        {
            list = await AccountList.FetchAsync(bound, batch.CreatedAt - s_neighbourhood, cancellationToken).ConfigureAwait(false);
        }
        catch (ClaudeBatchException failure)
        {
            ledger.Events.Add(EventKind.DoubleNotChecked, failure.Message, batch.JobId, batch.Id, failure.RequestId);
            return null;
        }

        MessageBatch? other = list.Batches.FirstOrDefault(b => b.RequestCounts.Total == batch.RequestCount
            && b.CreatedAt >= batch.CreatedAt - s_neighbourhood && !ledger.Batches.Knows(b.Id));
        if (other is null)
        {
            return null;
        }

        string warning = $"The account has another batch of {batch.RequestCount} requests, '{other.Id}', made within ten minutes of "
            + $"part {batch.Part} of job '{batch.Job}', "
            + "that this ledger does not know. If it is the same job from another ledger, both are being paid: stop one of them.";
        ledger.Events.Add(EventKind.DoubleSuspected, warning, batch.JobId, batch.Id, list.Headers.RequestId);
        return warning;
    }
}
