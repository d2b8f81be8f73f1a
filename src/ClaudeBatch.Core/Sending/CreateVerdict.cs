using ClaudeBatch.Core.Api;

namespace ClaudeBatch.Core.Sending;

/// <summary>What a reply to a create means for the batch.</summary>
public enum CreateVerdict
{
    /// <summary>The service has it.</summary>
    Accepted,

    /// <summary>The service does not have it; it may be sent again later.</summary>
    NotAccepted,

    /// <summary>The service does not have it and asks for patience.</summary>
    Busy,

    /// <summary>The service does not have it, and an operator must act first.</summary>
    OperatorMustAct,

    /// <summary>The service will never take it as it is.</summary>
    Rejected,

    /// <summary>Nobody can say from the reply whether the service has it.</summary>
    Unconfirmed,
}

/// <summary>The table of replies (docs/outcomes.md): the decision rests on the last byte, never on a type of exception.</summary>
internal static class CreateVerdicts
{
    /// <param name="reply">What came back.</param>
    /// <param name="requestCount">How many requests the part has.</param>
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
