namespace ClaudeBatch.Core.Ledger;

/// <summary>The status of a request: the outcome of its last attempt, or why there is none.</summary>
public enum RequestStatus
{
    Succeeded = Outcome.Succeeded,

    Errored = Outcome.Errored,

    Canceled = Outcome.Canceled,

    Expired = Outcome.Expired,

    Unknown = Outcome.Unknown,

    Missing = Outcome.Missing,

    /// <summary>Its batch has not ended, or the results are not collected.</summary>
    Pending,

    /// <summary>Its batch was rejected by the service or abandoned by a person, or its job was stopped before it was sent.</summary>
    NotSubmitted,

    /// <summary>The row of the input did not become a request.</summary>
    Refused,
}
