namespace ClaudeBatch.Core.Ledger;

/// <summary>Every request of a job in one bucket: the buckets sum to <see cref="Requests"/>.</summary>
public sealed record JobTotals
{
    public long Requests { get; init; }

    /// <summary>Rows of the input that could not become requests; they are not among <see cref="Requests"/>.</summary>
    public long Refused { get; init; }

    public long NotSubmitted { get; init; }

    public long Pending { get; init; }

    public long Succeeded { get; init; }

    public long Errored { get; init; }

    public long Canceled { get; init; }

    public long Expired { get; init; }

    public long Unknown { get; init; }

    public long Missing { get; init; }

    /// <summary>The highest number of times a request of the job was tried.</summary>
    public int Attempts { get; init; }

    /// <summary>
    /// Of all attempts, in millionths of a millionth of a US dollar, so that sums are exact; null where a price is not known.
    /// </summary>
    public long? CostInPicodollars { get; init; }

    public long Sum => NotSubmitted + Pending + Succeeded + Errored + Canceled + Expired + Unknown + Missing;

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
