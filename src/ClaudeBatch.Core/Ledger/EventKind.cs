namespace ClaudeBatch.Core.Ledger;

/// <summary>What an entry of the journal tells of. The words are stable: scripts filter by them.</summary>
/// <remarks>A batch's states come first: that one was reached is an event.</remarks>
public enum EventKind
{
    Spooled = BatchState.Spooled,
    Uploading = BatchState.Uploading,
    Unconfirmed = BatchState.Unconfirmed,
    InProgress = BatchState.InProgress,
    Canceling = BatchState.Canceling,
    Ended = BatchState.Ended,
    Downloaded = BatchState.Downloaded,
    Collected = BatchState.Collected,
    Rejected = BatchState.Rejected,
    Lost = BatchState.Lost,
    Abandoned = BatchState.Abandoned,
    Deleted = BatchState.Deleted,

    Ambiguous,
    NotFound,
    SettledAbsent,
    AdoptedTentative,
    AdoptedConfirmed,
    AdoptedByHand,
    AdoptionConfirmed,
    AdoptionRefuted,
    DoubleNotChecked,
    DoubleSuspected,
    IdNotStored,
    Imported,
    Sealed,
    RetryPlanned,
    StageReleased,
    CanaryFailed,
    BudgetExceeded,
    Paused,
    Stopped,
    Restarted,
    PayloadRemoved,
    JobForgotten,
}
