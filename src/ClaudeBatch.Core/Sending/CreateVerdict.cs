using ClaudeBatch.Core.Api;

namespace ClaudeBatch.Core.Sending;

/// <summary>What the reply to a create call means for the batch.</summary>
public enum CreateVerdict
{
    /// <summary>The service has the batch.</summary>
    Accepted,

    /// <summary>The service does not have the batch; it may be sent again later.</summary>
    NotAccepted,

    /// <summary>The service does not have the batch and is busy (status 429 or 529); it is sent again after a wait.</summary>
    Busy,

    /// <summary>The service does not have the batch, and a person must first act on the account.</summary>
    OperatorMustAct,

    /// <summary>The service refuses the batch as it is, now and later.</summary>
    Rejected,

    /// <summary>
    /// Something else than the service has refused the batch before its last byte was sent: the service does not have it, and would not get
    /// it the next time.
    /// </summary>
    Intercepted,

    /// <summary>The reply does not tell whether the service has the batch.</summary>
    Unconfirmed,
}

/// <summary>
/// Decides by the table of replies in docs/outcomes.md. Where the reply is unclear, it matters whether the last byte was sent; the type of
/// an exception does not matter.
/// </summary>
internal static class CreateVerdicts
{
    /// <param name="reply">The reply, or the failure in its place.</param>
    /// <param name="requestCount">The number of requests of the part.</param>
    /// <param name="intent">What the account's list showed before the call.</param>
    /// <param name="isKnown">Tells whether the ledger has a batch with an id of the service.</param>
    public static CreateVerdict Of(CreateReply reply, int requestCount, SubmissionIntent intent, Func<string, bool> isKnown)
    {
        if (reply.Batch?.Value is { } batch)
        {
            return IsNew(batch, requestCount, intent) && !isKnown(batch.Id) ? CreateVerdict.Accepted : Unsure(reply);
        }

        ClaudeBatchException failure = reply.Failure!;
        if (failure.Status is not { } status)
        {
            return Unsure(reply);
        }

        // Anything on the way can reply with a status. Only the service replies with its error object, and not all of its errors say that it
        // has not made the batch.
        if (!failure.IsFromService)
        {
            return reply.LastByteHandedOver ? CreateVerdict.Unconfirmed : CreateVerdict.Intercepted;
        }

        return status switch
        {
            429 or 529 when failure.Pauses is null => CreateVerdict.Busy,
            < 400 or 408 or 409 or 425 or 499 => Unsure(reply),
            >= 500 and not 529 => Unsure(reply),
            _ when failure.Pauses is not null => CreateVerdict.OperatorMustAct,
            _ => CreateVerdict.Rejected,
        };
    }

    // A reply out of a cache names an earlier batch, perhaps one with as many requests.
    private static bool IsNew(MessageBatch batch, int requestCount, SubmissionIntent intent)
        => batch.RequestCounts.Total == requestCount
            && ServiceIds.IsPlausible(batch.Id)
            && !intent.KnownIds.Contains(batch.Id)
            && !(batch.CreatedAt < intent.EarliestCandidate);

    private static CreateVerdict Unsure(CreateReply reply)
        => reply.LastByteHandedOver ? CreateVerdict.Unconfirmed : CreateVerdict.NotAccepted;
}
