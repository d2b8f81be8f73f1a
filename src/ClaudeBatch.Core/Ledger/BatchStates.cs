namespace ClaudeBatch.Core.Ledger;

/// <summary>Questions about the states of a batch.</summary>
public static class BatchStates
{
    /// <summary>Whether the service has finished the batch, or will never have it.</summary>
    public static bool IsOver(this BatchState state) => state is BatchState.Ended or BatchState.Downloaded || state.IsFinal();

    /// <summary>Whether nothing is left to do for the batch.</summary>
    public static bool IsFinal(this BatchState state)
        => state is BatchState.Collected or BatchState.Rejected or BatchState.Lost or BatchState.Abandoned or BatchState.Deleted;

    /// <summary>Whether the batch is still to be sent, because the service cannot have it.</summary>
    public static bool IsUnsent(this BatchState state) => state is BatchState.Spooled or BatchState.Uploading;

    /// <summary>Whether the service has the batch and has not finished it.</summary>
    public static bool IsRunning(this BatchState state) => state is BatchState.InProgress or BatchState.Canceling;

    /// <summary>The event that is recorded when a batch gets this state.</summary>
    internal static EventKind Event(this BatchState state) => (EventKind)state;

    /// <summary>
    /// Gives the state for the service's <c>processing_status</c>. A value that this version does not know is a running batch.
    /// </summary>
    internal static BatchState FromService(string processingStatus) => processingStatus switch
    {
        "ended" => BatchState.Ended,
        "canceling" => BatchState.Canceling,
        _ => BatchState.InProgress,
    };
}
