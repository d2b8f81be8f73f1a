namespace ClaudeBatch.Core.Ledger;

/// <summary>
/// The requests of a job, counted by status. Each request is counted once, so the counts add up to <see cref="Requests"/>.
/// </summary>
public sealed record JobTotals
{
    public long Requests { get; init; }

    /// <summary>The number of rows of the input that did not become requests. They are not among <see cref="Requests"/>.</summary>
    public long Refused { get; init; }

    public long NotSubmitted { get; init; }

    public long Pending { get; init; }

    /// <summary>
    /// How many have an answer that calls tools, or has not come to its end, and have rounds left: they go on, and are not among
    /// <see cref="Succeeded"/>.
    /// </summary>
    public long WaitingForTools { get; init; }

    public long Succeeded { get; init; }

    /// <summary>
    /// How many of those that succeeded have an answer that cannot be used as it is: it was cut, refused, or does not fit its schema.
    /// </summary>
    public long Incomplete { get; init; }

    /// <summary>How many of these the user's own check did not accept.</summary>
    public long NotAccepted { get; init; }

    public long Errored { get; init; }

    public long Canceled { get; init; }

    public long Expired { get; init; }

    public long Unknown { get; init; }

    public long Missing { get; init; }

    /// <summary>The number of attempts of the request that has the most.</summary>
    public int Attempts { get; init; }

    /// <summary>
    /// The cost of all attempts; null where a price is not known. A picodollar is a millionth of a millionth of a US dollar, so that costs
    /// are integers and sums are exact.
    /// </summary>
    public long? CostInPicodollars { get; init; }

    /// <summary>How many have ended without an answer.</summary>
    public long Failed => NotSubmitted + Errored + Canceled + Expired + Unknown + Missing;

    /// <summary>The share of the requests, 0 to 1, that ended without an answer.</summary>
    public double FailureRatio => Requests == 0 ? 0 : (double)Failed / Requests;

    public long Sum => NotSubmitted + Pending + WaitingForTools + Succeeded + Errored + Canceled + Expired + Unknown + Missing;

    internal JobTotals Plus(RequestStatus status, long count) => status switch
    {
        RequestStatus.Succeeded => this with { Succeeded = Succeeded + count },
        RequestStatus.Errored => this with { Errored = Errored + count },
        RequestStatus.Canceled => this with { Canceled = Canceled + count },
        RequestStatus.Expired => this with { Expired = Expired + count },
        RequestStatus.Unknown => this with { Unknown = Unknown + count },
        RequestStatus.Missing => this with { Missing = Missing + count },
        RequestStatus.NotSubmitted => this with { NotSubmitted = NotSubmitted + count },
        RequestStatus.Pending => this with { Pending = Pending + count },
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "What was refused is counted apart."),
    };
}
