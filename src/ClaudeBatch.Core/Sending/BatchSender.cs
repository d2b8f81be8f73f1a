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
    /// <summary>
    /// A batch that the ledger does not know, with as many requests and created within this time before the part, may be the same input
    /// sent from another ledger, and is worth a warning.
    /// </summary>
    private static readonly TimeSpan s_neighbourhood = TimeSpan.FromMinutes(10);

    private readonly CreateRecorder _recorder = new(ledger);

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
        try
        {
            await api.PrepareAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ClaudeBatchException failure)
        {
            return new SendResult(batch, failure);
        }

        using OwnershipLock? ownership = Ownership.TryTake(ledger.Folder, batch);
        if (ownership is null)
        {
            return new SendResult(batch, Ownership.Busy(ledger.Folder, batch));
        }

        return await SendAsync(batch, isSecond: false, sent, cancellationToken).ConfigureAwait(false);
    }

    private async Task<SendResult> SendAsync(BatchRecord batch, bool isSecond, IProgress<long>? sent, CancellationToken cancellationToken)
    {
        batch = ledger.Batches.Get(batch); // another process may have sent it before the lock was ours
        if (!batch.State.IsUnsent())
        {
            return new SendResult(batch, null);
        }

        JobRecord job = ledger.Jobs.Get(batch.JobId);
        if (SendGate.Obstacle(ledger, job, batch) is { } obstacle)
        {
            // Each further step would find the same, and nobody would be told how the job stands.
            return obstacle.Cause == FailureCause.SpoolChanged ? _recorder.GiveUp(batch, obstacle) : new SendResult(batch, obstacle);
        }

        BatchApi bound;
        SubmissionIntent intent;
        try
        {
            bound = JobBinding.Bind(api, job);
            IReadOnlyList<BatchRecord> earlier = SecondSend.Earlier(ledger, batch);
            AccountList list = await AccountList.FetchAsync(bound, SecondSend.BackTo(earlier), cancellationToken).ConfigureAwait(false);
            if (SecondSend.Doubtful(ledger, earlier, list) is { } doubtful)
            {
                return Doubt(batch, doubtful);
            }

            SecondSend.MarkListed(ledger, earlier.Where(e => e.Id != batch.Id));
            intent = SubmissionIntent.Of(list);
            batch = RecordIntent(job, batch, list, intent);
            // Another process may change a part without its lock, such as when the queue is full. Without the intent in the ledger, nobody
            // could tell after a lost reply which batch of the account this one is.
            if (batch.State != BatchState.Uploading || batch.Intent != intent.ToJson())
            {
                return new SendResult(batch, ChangedMeanwhile(batch));
            }
        }
        catch (ClaudeBatchException failure) when (failure.Pauses is { } cause)
        {
            return _recorder.Pause(job, batch, cause, failure);
        }
        catch (ClaudeBatchException failure) when (failure.Kind is not FailureKind.Storage)
        {
            return new SendResult(batch, failure);
        }

        Milestone.Pass("intent-recorded");
        BatchRecord uploading = batch;
        CreateReply reply = await bound.CreateAsync(
            ledger.Folder.Spool(batch.JobId, batch.Part),
            batch.SizeInBytes,
            ledger.Batches.SpoolDigest(batch.Id),
            _ => Task.FromResult(batch = RecordLastByte(uploading)),
            sent,
            cancellationToken,
            renews: !isSecond).ConfigureAwait(false);
        Milestone.Pass("reply-received");
        if (reply.Renewal != Renewal.None)
        {
            SendResult refused = _recorder.AwaitRenewal(batch, reply);
            Milestone.Pass("reply-recorded");
            return reply.Renewal == Renewal.Done
                ? await SendAsync(refused.Batch, isSecond: true, sent, cancellationToken).ConfigureAwait(false)
                : refused;
        }

        SendResult result = _recorder.Record(job, batch, intent, reply);
        Milestone.Pass("reply-recorded");
        return result.Batch.State == BatchState.InProgress
            ? await FollowAsync(bound, result, cancellationToken).ConfigureAwait(false)
            : result;
    }

    // Throws where another process has changed the batch, so that the last byte is not sent.
    private BatchRecord RecordLastByte(BatchRecord uploading)
    {
        BatchRecord unconfirmed = uploading with { State = BatchState.Unconfirmed };
        ledger.Write(() =>
        {
            ledger.Batches.Change(uploading, unconfirmed);
            ledger.Events.Add(EventKind.Unconfirmed, "The last byte is about to go.", uploading.JobId, uploading.Id);
        });
        return ledger.Batches.Get(uploading);
    }

    private SendResult Doubt(BatchRecord batch, BatchRecord doubtful)
    {
        ClaudeBatchException unsure = SecondSend.Unsure(doubtful);
        if (doubtful.State != BatchState.Unconfirmed)
        {
            Settlement? settlement = doubtful.Settlement is { } before ? new Settlement { Excluded = before.Excluded } : null;
            BatchRecord now = ledger.Record(doubtful, new Decision(
                doubtful with { State = BatchState.Unconfirmed, Settlement = settlement, NotBefore = null, Message = unsure.Message },
                EventKind.Unconfirmed,
                unsure.Message));
            batch = now.Id == batch.Id ? now : batch;
        }

        return new SendResult(batch, unsure);
    }

    private static ClaudeBatchException ChangedMeanwhile(BatchRecord batch) => new(
        FailureKind.Busy,
        "BatchBusy",
        $"Batch '{batch.Key}' was changed by another process right before it was sent, and is {batch.State} now; nothing of it was sent. "
            + "Run the line again.")
    { Target = batch.Key, IsTransient = true };

    private BatchRecord RecordIntent(JobRecord job, BatchRecord batch, AccountList list, SubmissionIntent intent) => ledger.Record(
        batch,
        new Decision(
            batch with
            {
                State = BatchState.Uploading,
                Intent = intent.ToJson(),
                OrganizationId = list.Headers.OrganizationId,
                WorkspaceId = list.Headers.WorkspaceId,
                Message = null,
                Refusal = null,
                Settlement = null,
                NotBefore = null,
                WaitsForRoom = 0,
            },
            EventKind.Uploading,
            $"{list.Batches.Count} batches listed before the create.",
            list.Headers.RequestId,
            () => ledger.Jobs.BindAccount(job, list.Headers.OrganizationId, list.Headers.WorkspaceId)));

    // The job may have been stopped while its part was on the way: what was accepted all the same is canceled, for nobody else does it.
    private async Task<SendResult> FollowAsync(BatchApi bound, SendResult sent, CancellationToken cancellationToken)
    {
        BatchRecord batch = sent.Batch;
        if (ledger.Jobs.Get(batch.JobId).StoppedAt is not null)
        {
            const string why = "Canceled, because its job was stopped while it was sent.";
            return new SendResult(
                await BatchCanceler.CancelAsync(ledger, bound, batch, why, cancellationToken).ConfigureAwait(false), null);
        }

        return sent with { Warning = await NeighbourAsync(bound, batch, cancellationToken).ConfigureAwait(false) };
    }

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
