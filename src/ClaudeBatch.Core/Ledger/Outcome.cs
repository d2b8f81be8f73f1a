namespace ClaudeBatch.Core.Ledger;

/// <summary>How a request ended. Each ends in exactly one of these.</summary>
public enum Outcome
{
    Succeeded,

    Errored,

    Canceled,

    Expired,

    /// <summary>The service used a word this version does not know, or the batch was lost with its answers.</summary>
    Unknown,

    /// <summary>The service answered for the batch and left this request out.</summary>
    Missing,
}
