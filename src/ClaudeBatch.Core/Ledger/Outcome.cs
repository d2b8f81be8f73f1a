namespace ClaudeBatch.Core.Ledger;

/// <summary>How an attempt at a request ended. The names are stable: they are in ledgers, and scripts read them.</summary>
public enum Outcome
{
    Succeeded,

    Errored,

    Canceled,

    Expired,

    /// <summary>
    /// The result line has a type that this version does not know, or the batch was lost or deleted before its results came.
    /// </summary>
    Unknown,

    /// <summary>The results of the batch have no line for this request.</summary>
    Missing,
}
