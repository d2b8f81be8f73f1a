namespace ClaudeBatch.Core.Ledger;

/// <summary>The kinds of events in the journal. The names are stable, because scripts filter by them.</summary>
/// <remarks>The first kinds have the names and values of a batch's states: they say that a batch got the state.</remarks>
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

    /// <summary>What came for the results of a batch was none, or broke off.</summary>
    DownloadFailed,

    /// <summary>Answers have come that the service had left out of results that were complete.</summary>
    AnswersArrived,
    Sealed,
    RetryPlanned,

    /// <summary>What the calls of answers gave is sealed to be sent: the next round of these conversations.</summary>
    RoundPlanned,

    /// <summary>A call of a tool was begun and has no outcome, or a person has said what became of it.</summary>
    ToolCallUnknown,
    ToolCallSettled,
    StageReleased,
    CanaryFailed,
    BudgetExceeded,
    Paused,
    Stopped,
    Restarted,

    /// <summary>The script of <c>-OnFinished</c> has run.</summary>
    EndHandled,

    /// <summary>The script of <c>-OnFinished</c> has failed; the next step runs it again.</summary>
    EndNotHandled,
    PayloadRemoved,

    /// <summary>A file of this machine was uploaded, for a job's requests.</summary>
    FileUploaded,

    /// <summary>An uploaded file is no longer at the service: it was deleted, or its time was over.</summary>
    FileGone,
    JobForgotten,
}
