namespace ClaudeBatch.Core.Ledger;

/// <summary>Derives the status of a request.</summary>
public static class RequestStatuses
{
    /// <param name="batchState">The state of the batch of its last attempt.</param>
    /// <param name="outcome">The outcome of that attempt; null where there is none.</param>
    public static RequestStatus Of(BatchState batchState, Outcome? outcome) => (RequestStatus?)outcome ?? batchState switch
    {
        BatchState.Rejected or BatchState.Abandoned => RequestStatus.NotSubmitted,
        BatchState.Lost or BatchState.Deleted => RequestStatus.Unknown,
        _ => RequestStatus.Pending,
    };
}
