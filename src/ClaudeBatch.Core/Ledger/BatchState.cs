namespace ClaudeBatch.Core.Ledger;

/// <summary>Where a batch stands, as the ledger knows it.</summary>
public enum BatchState
{
    /// <summary>Part of an input whose end was not seen yet; never shown, never sent.</summary>
    Draft,

    Spooled,

    /// <summary>On its way without its last byte: not accepted, whatever happened.</summary>
    Uploading,

    /// <summary>The last byte may have left and no reply says what became of it.</summary>
    Unconfirmed,

    InProgress,

    Canceling,

    Ended,

    /// <summary>The results are verified and on disk; their outcomes are not in the books yet.</summary>
    Downloaded,

    Collected,

    Rejected,

    Lost,

    Abandoned,

    Deleted,
}
