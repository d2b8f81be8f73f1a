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
    public static CreateVerdict Of(CreateReply reply, int requestCount)
    {
        if (reply.Batch?.Value is { } batch)
        {
            return batch.RequestCounts.Total == requestCount ? CreateVerdict.Accepted : Unsure(reply);
        }

        ClaudeBatchException failure = reply.Failure!;
        if (failure.Pauses is not null)
        {
            return CreateVerdict.OperatorMustAct;
        }

        return failure.Status switch
        {
            429 or 529 when failure.ErrorType is not null => CreateVerdict.Busy,
            408 or 409 or 425 or 429 or 499 or >= 500 => Unsure(reply),
            >= 300 => CreateVerdict.Rejected,
            _ => Unsure(reply),
        };
    }

    private static CreateVerdict Unsure(CreateReply reply)
        => reply.LastByteHandedOver ? CreateVerdict.Unconfirmed : CreateVerdict.NotAccepted;
}
