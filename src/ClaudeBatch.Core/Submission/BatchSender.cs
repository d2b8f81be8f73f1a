using System.Text.Json;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Submission;

/// <summary>Sends a sealed part, at most once.</summary>
/// <remarks>
/// The list call comes first: it proves the key before hundreds of megabytes leave, and what it shows is written down
/// before the first byte goes. That the last byte is about to go is written down before it does.
/// </remarks>
public sealed class BatchSender(JobLedger ledger, BatchApi api)
{
    private const int IntentListLength = 100;

    /// <summary>Sends the batch if it is unsent and nobody else is at it.</summary>
    /// <param name="batchId">The ledger's number of the batch.</param>
    /// <param name="sent">Told how many bytes have gone.</param>
    /// <param name="cancellationToken">Gives the upload up; the batch stays sendable until its last byte has gone.</param>
    /// <returns>The batch as it stands afterwards, and the failure if there was one.</returns>
    public async Task<SendResult> SendAsync(long batchId, IProgress<long>? sent, CancellationToken cancellationToken)
    {
        BatchRecord batch = ledger.Batches.Get(batchId);
        using OwnershipLock? ownership = OwnershipLock.TryTake(ledger.Folder, batch.LockName);
        if (ownership is null)
        {
            return new SendResult(batch, Busy(batch));
        }

        batch = ledger.Batches.Get(batchId); // another process may have sent it before the lock was ours
        if (!BatchState.IsUnsent(batch.State))
        {
            return new SendResult(batch, null);
        }

        JobRecord job = ledger.Jobs.Get(batch.JobId);
        try
        {
            await RecordIntentAsync(job, batch, cancellationToken).ConfigureAwait(false);
        }
        catch (ClaudeBatchException failure) when (failure.Kind is FailureKind.Authentication or FailureKind.Permission or FailureKind.Billing)
        {
            return Pause(job, batch, failure);
        }
        catch (ClaudeBatchException failure)
        {
            return new SendResult(batch, failure);
        }

        CreateReply reply = await api.CreateAsync(
            ledger.Folder.Spool(batch.JobId, batch.Part),
            batch.SizeInBytes,
            _ =>
            {
                ledger.Batches.SetState(batch.Id, BatchState.Unconfirmed);
                return Task.CompletedTask;
            },
            sent,
            cancellationToken).ConfigureAwait(false);
        return Settle(job, batch, reply);
    }

    private static ClaudeBatchException Busy(BatchRecord batch) => new(
        FailureKind.Busy, "BatchBusy", $"Batch '{batch.Key}' is being worked on by another process; it was left to it.")
    { Target = batch.Key };

    private async Task RecordIntentAsync(JobRecord job, BatchRecord batch, CancellationToken cancellationToken)
    {
        Reply<BatchPage> list = await api.ListAsync(IntentListLength, afterId: null, cancellationToken).ConfigureAwait(false);
        JobBinding.Check(job, list.Headers);
        ledger.Jobs.BindAccount(job.Id, list.Headers.OrganizationId, list.Headers.WorkspaceId);
        SubmissionIntent intent = new(
            [.. list.Value.Data.Select(static b => b.Id)],
            list.Value.Data.Count == 0 ? null : list.Value.Data.Max(static b => b.CreatedAt),
            list.Headers.Date);
        ledger.Batches.RecordIntent(
            batch.Id,
            JsonSerializer.Serialize(intent, SubmissionJson.Default.SubmissionIntent),
            list.Headers.OrganizationId,
            list.Headers.WorkspaceId);
    }

    private SendResult Settle(JobRecord job, BatchRecord batch, CreateReply reply)
    {
        ClaudeBatchException? failure = reply.Failure;
        switch (CreateVerdicts.Of(reply, batch.RequestCount))
        {
            case CreateVerdict.Accepted:
                BatchRecord accepted = ledger.Batches.Refresh(batch, reply.Batch!.Value);
                ledger.Events.Add("Accepted", $"The service made batch {accepted.ServiceId}.", job.Id, batch.Id, reply.Batch.Headers.RequestId);
                if (job.PauseReason is not null)
                {
                    ledger.Jobs.Unpause(job.Id);
                }

                return new SendResult(accepted, null);

            case CreateVerdict.OperatorMustAct:
                return Pause(job, batch, failure!);

            case CreateVerdict.Rejected:
                return Leave(batch, BatchState.Rejected, "Rejected", failure!);

            case CreateVerdict.Unconfirmed:
                ClaudeBatchException unsure = new(
                    FailureKind.Service,
                    "BatchUnconfirmed",
                    $"Batch '{batch.Key}' was sent and the reply was lost; whether the service has it is not known yet. It will not be sent again before that is settled.",
                    failure)
                { Target = batch.Key };
                return Leave(batch, BatchState.Unconfirmed, "Unconfirmed", unsure);

            default:
                return Leave(batch, BatchState.Spooled, "NotAccepted", failure!);
        }
    }

    private SendResult Pause(JobRecord job, BatchRecord batch, ClaudeBatchException failure)
    {
        ledger.Jobs.Pause(job.Id, failure.Message);
        return Leave(batch, BatchState.Spooled, "Paused", failure);
    }

    private SendResult Leave(BatchRecord batch, string state, string kind, ClaudeBatchException failure)
    {
        ledger.Batches.SetState(batch.Id, state, failure.Message);
        ledger.Events.Add(kind, failure.Message, batch.JobId, batch.Id, failure.RequestId);
        return new SendResult(ledger.Batches.Get(batch.Id), failure);
    }
}
