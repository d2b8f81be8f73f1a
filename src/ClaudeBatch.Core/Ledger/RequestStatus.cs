namespace ClaudeBatch.Core.Ledger;

/// <summary>Where a request stands: its outcome, or why it has none.</summary>
public static class RequestStatus
{
    /// <summary>Its batch is not through.</summary>
    public const string Pending = nameof(Pending);

    /// <summary>Its batch was rejected or given up.</summary>
    public const string NotSubmitted = nameof(NotSubmitted);

    /// <summary>It never was part of a batch.</summary>
    public const string Refused = nameof(Refused);

    /// <param name="batchState">One of <see cref="BatchState"/>.</param>
    /// <param name="outcome">One of <see cref="Outcome"/>; null where there is none.</param>
    public static string Of(string batchState, string? outcome) => outcome ?? batchState switch
    {
        BatchState.Rejected or BatchState.Abandoned => NotSubmitted,
        BatchState.Lost or BatchState.Deleted => Outcome.Unknown,
        _ => Pending,
    };
}
