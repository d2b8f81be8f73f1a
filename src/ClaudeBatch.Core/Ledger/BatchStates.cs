namespace ClaudeBatch.Core.Ledger;

/// <summary>What the states of a batch have in common.</summary>
public static class BatchStates
{
    /// <summary>The service is done with it, or never had it.</summary>
    public static bool IsOver(this BatchState state) => state is BatchState.Ended or BatchState.Downloaded || state.IsFinal();

    /// <summary>Nothing is left to be done.</summary>
    public static bool IsFinal(this BatchState state)
        => state is BatchState.Collected or BatchState.Rejected or BatchState.Lost or BatchState.Abandoned or BatchState.Deleted;

    /// <summary>Not with the service yet, as far as is known; a step will send it.</summary>
    public static bool IsUnsent(this BatchState state) => state is BatchState.Spooled or BatchState.Uploading;

    /// <summary>The service holds it and works on it.</summary>
    public static bool IsRunning(this BatchState state) => state is BatchState.InProgress or BatchState.Canceling;

    /// <summary>The event that a batch came to this state.</summary>
    internal static EventKind Event(this BatchState state) => (EventKind)state;

    /// <summary>The service's word for a batch becomes the ledger's.</summary>
    internal static BatchState FromService(string processingStatus) => processingStatus switch
    {
        "ended" => BatchState.Ended,
        "canceling" => BatchState.Canceling,
        _ => BatchState.InProgress,
    };
}
