using System.Globalization;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Core.Sending;

/// <summary>Records what the reply to a create call means for a part.</summary>
internal sealed class CreateRecorder(JobLedger ledger)
{
    /// <summary>How long a part waits after the service has replied with 429 or 529 and no <c>retry-after</c>.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>Records the reply.</summary>
    /// <param name="job">The part's job.</param>
    /// <param name="batch">The part as it was recorded last: uploading, or unconfirmed when its last byte was about to be sent.</param>
    /// <param name="intent">What the account's list showed before the call.</param>
    /// <param name="reply">The reply, or the failure in its place.</param>
    /// <exception cref="ClaudeBatchException"><c>BatchIdNotStored</c>.</exception>
    public SendResult Record(JobRecord job, BatchRecord batch, SubmissionIntent intent, CreateReply reply)
    {
        ClaudeBatchException? failure = reply.Failure;
        if (failure?.Cause is FailureCause.BatchChanged or FailureCause.SpoolChanged || failure?.Kind == FailureKind.Storage)
        {
            // Ours, from before the last byte: nothing was accepted, and what another process has recorded stays.
            return failure.Cause switch
            {
                FailureCause.BatchChanged => new SendResult(ledger.Batches.Get(batch), failure),
                // Each further try would send all bytes again, only to find the same.
                FailureCause.SpoolChanged => GiveUp(batch, failure),
                _ => Leave(batch, BatchState.Spooled, failure),
            };
        }

        return Verdict(batch, intent, reply) switch
        {
            CreateVerdict.Accepted => new SendResult(Accept(batch, reply.Batch!), null),
            CreateVerdict.OperatorMustAct => Pause(job, batch, failure!.Pauses!.Value, failure),
            CreateVerdict.Rejected => Leave(batch, BatchState.Rejected, failure!),
            CreateVerdict.Busy => Postpone(batch, failure!),
            CreateVerdict.Intercepted => Intercepted(job, batch, failure!),
            CreateVerdict.Unconfirmed => Leave(batch, BatchState.Unconfirmed, Unconfirmed(batch, reply)),
            _ => Leave(batch, BatchState.Spooled, failure ?? Unconfirmed(batch, reply)),
        };
    }

    // A ledger that cannot be read any more must not swallow the id of a batch that is paid for.
    private CreateVerdict Verdict(BatchRecord batch, SubmissionIntent intent, CreateReply reply)
    {
        try
        {
            return CreateVerdicts.Of(reply, batch.RequestCount, intent, ledger.Batches.Knows);
        }
        catch (ClaudeBatchException unreadable) when (reply.Batch is { } made)
        {
            throw NotStored(batch, made, unreadable);
        }
    }

    /// <summary>Pauses the job and leaves the part unsent.</summary>
    public SendResult Pause(JobRecord job, BatchRecord batch, PauseCause cause, ClaudeBatchException failure)
    {
        ledger.Record(job, EventKind.Paused, failure.Message, () => ledger.Jobs.Pause(job, cause, failure.Message));
        return Leave(batch, BatchState.Spooled, failure);
    }

    /// <summary>Gives the part up, because its spool is not what was sealed; the same line sends its rows in a new part.</summary>
    public SendResult GiveUp(BatchRecord batch, ClaudeBatchException failure) => Leave(batch, BatchState.Abandoned, failure);

    /// <summary>
    /// Leaves the part unsent, because the service has refused a credential that can be renewed: the part is sent with the next one.
    /// </summary>
    public SendResult AwaitRenewal(BatchRecord batch, CreateReply reply) => Leave(batch, BatchState.Spooled, new ClaudeBatchException(
        FailureKind.Busy,
        "CredentialExpired",
        $"The service has refused part {batch.Part} of job '{batch.Job}' for its credential, which had run out or was revoked; "
            + (reply.RenewalFailure is { } failure
                ? $"it is sent when there is a new one. {failure.Message}"
                : "it is sent with a new one by the next step."),
        reply.Failure)
    { Target = batch.Key, IsTransient = true, RequestId = reply.Failure!.RequestId });

    // From here on, the batch is paid for, so its id must be written to the disk, if need be in the space that was reserved for this.
    private BatchRecord Accept(BatchRecord batch, Reply<MessageBatch> reply)
    {
        try
        {
            try
            {
                return Store(batch, reply);
            }
            catch (Exception e) when (LedgerFailure.IsFull(e) && ledger.Folder.GiveUpReserve())
            {
                return Store(batch, reply);
            }
        }
        catch (Exception e) when (e is not ClaudeBatchException { Id: IdNotStored })
        {
            throw NotStored(batch, reply, e);
        }
    }

    private const string IdNotStored = "BatchIdNotStored";

    private BatchRecord Store(BatchRecord batch, Reply<MessageBatch> reply)
    {
        BatchRecord now = ledger.Decide(batch, b => b.ServiceId is null && b.State is BatchState.Uploading or BatchState.Unconfirmed
            ? new Decision(
                b.With(reply.Value) with { Refusal = null, Settlement = null, Resends = 0 },
                EventKind.InProgress,
                $"The service made batch {reply.Value.Id}.",
                reply.Headers.RequestId,
                () => ledger.EndPause(b.JobId))
            : null);
        return now.ServiceId == reply.Value.Id ? now : throw new ClaudeBatchException(
            FailureKind.Conflict,
            "BatchBusy",
            $"the part is {now.State} now{(now.ServiceId is null ? string.Empty : $", as batch '{now.ServiceId}'")}, as another process has "
                + "recorded");
    }

    private ClaudeBatchException NotStored(BatchRecord batch, Reply<MessageBatch> reply, Exception cause)
    {
        string made = $"The service made batch '{reply.Value.Id}' for part {batch.Part} of job '{batch.Job}'";
        try
        {
            ledger.Events.Add(EventKind.IdNotStored, $"{made}; it could not be recorded as the part's.", batch.JobId, batch.Id, reply
                .Headers.RequestId);
        }
        catch (Exception e) when (e is ClaudeBatchException or IOException or System.Data.Common.DbException or InvalidOperationException)
        {
            // The journal cannot be written either: the error alone carries the id.
        }

        return new ClaudeBatchException(
            FailureKind.Storage,
            IdNotStored,
            $"{made}, and that could not be written down: {cause.Message.TrimEnd('.')}. Nothing more is sent. When the ledger can be written "
                + $"again, run: Repair-ClaudeBatch -Id '{batch.Key}' -Adopt {reply.Value.Id}",
            cause)
        { Target = reply.Value.Id, RequestId = reply.Headers.RequestId };
    }

    private SendResult Postpone(BatchRecord batch, ClaudeBatchException failure)
    {
        bool isFull = failure.Status == 429 && KnownError.IsAboutQueue(failure.ServiceMessage);
        int running = ledger.Batches.CountRunning();
        TimeSpan wait = failure.RetryAfter ?? s_patience;
        string words = failure.ServiceMessage ?? failure.Message;
        BatchRecord now = ledger.Record(batch, new Decision(
            batch with
            {
                State = BatchState.Spooled,
                NotBefore = ledger.Clock.GetUtcNow().UtcDateTime + wait,
                WaitsForRoom = 0,
                Refusal = RefusalOf(failure),
                Message = words,
            },
            EventKind.Spooled,
            failure.Message,
            failure.RequestId,
            isFull ? () => ledger.Batches.WaitForRoom(batch.JobId, running) : null));
        return new SendResult(
            now,
            new ClaudeBatchException(
                failure.Kind,
                isFull ? "QueueFull" : failure.Id,
                NotSentYet(batch, words, wait, isFull && running > 0 ? " and when one of our batches has ended" : string.Empty),
                failure)
            { Target = batch.Key, IsTransient = true, RetryAfter = wait, RequestId = failure.RequestId });
    }

    private static string NotSentYet(BatchRecord batch, string words, TimeSpan wait, string also) => string.Create(
        CultureInfo.InvariantCulture,
        $"Part {batch.Part} of job '{batch.Job}' is not sent yet: {Sentence.Of(words)} It is tried again after {wait.TotalSeconds:0} seconds{also}.");

    // The next try would go the same way, with all of its bytes: a person is asked first.
    private SendResult Intercepted(JobRecord job, BatchRecord batch, ClaudeBatchException failure)
    {
        if (failure.Status == 413)
        {
            return Leave(batch, BatchState.Rejected, failure);
        }

        string message = ForeignReply(batch, failure.Status!.Value, failure.ServiceMessage!, "before all of it was sent");
        ClaudeBatchException told = new(FailureKind.Conflict, nameof(PauseCause.ForeignReply), message, failure) { Target = batch.Key };
        ledger.Record(job, EventKind.Paused, message, () => ledger.Jobs.Pause(job, PauseCause.ForeignReply, message));
        return Leave(batch, BatchState.Spooled, told);
    }

    /// <summary>Says that a part was refused by something on the way, and what to do.</summary>
    internal static string ForeignReply(BatchRecord batch, int status, string words, string what) => string.Create(
        CultureInfo.InvariantCulture,
        $"Something between here and the service has replied to the create of part {batch.Part} {what}, with status {status} ({words}); the "
            + $"service has no such batch. It is not sent again by itself. When that is mended, run: Resume-ClaudeBatch -Job {batch.Job}");

    private static ClaudeBatchException Unconfirmed(BatchRecord batch, CreateReply reply)
    {
        string what = reply switch
        {
            { Batch.Value: { } made } => $"was sent, and the reply names '{ServiceFailure.Shorten(made.Id)}', which is not a new batch of "
                + $"{batch.RequestCount} requests",
            { Failure: { Status: { } status, IsFromService: false } failure } => "was sent, and something between here and the service has "
                + $"replied with status {status} ({failure.ServiceMessage})",
            _ => "was sent and the reply was lost",
        };
        return new ClaudeBatchException(
            FailureKind.Service,
            "BatchUnconfirmed",
            $"Batch '{batch.Key}' {what}; whether the service has it is not known yet. It will not be sent again before that is settled.",
            reply.Failure)
        { Target = batch.Key };
    }

    private SendResult Leave(BatchRecord batch, BatchState state, ClaudeBatchException failure) => new(
        ledger.Record(batch, new Decision(
            batch with { State = state, Message = failure.Message, Refusal = RefusalOf(failure) },
            state.Event(),
            failure.InnerException is ClaudeBatchException cause ? $"{failure.Message} ({cause.Message})" : failure.Message,
            failure.RequestId)),
        failure);

    // Of an error that wraps the reply, the reply is meant.
    private Refusal? RefusalOf(ClaudeBatchException failure)
    {
        ClaudeBatchException reply = failure.InnerException as ClaudeBatchException ?? failure;
        return reply.Status is { } status
            ? new Refusal(status, reply.IsFromService, reply.ServiceMessage ?? reply.Message, ledger.Clock.GetUtcNow().UtcDateTime)
            : null;
    }
}
