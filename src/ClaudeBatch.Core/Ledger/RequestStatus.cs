namespace ClaudeBatch.Core.Ledger;

/// <summary>Where a request stands: its outcome, or why it has none.</summary>
public enum RequestStatus
{
    Succeeded = Outcome.Succeeded,

    Errored = Outcome.Errored,

    Canceled = Outcome.Canceled,

    Expired = Outcome.Expired,

    Unknown = Outcome.Unknown,

    Missing = Outcome.Missing,

    /// <summary>Its batch is not through.</summary>
    Pending,

    /// <summary>Its batch was rejected or given up.</summary>
    NotSubmitted,

    /// <summary>It never was part of a batch.</summary>
    Refused,
}
