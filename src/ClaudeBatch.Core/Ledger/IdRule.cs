namespace ClaudeBatch.Core.Ledger;

/// <summary>How the custom ids of rows that were given none are made. A job keeps the rule it was begun with.</summary>
public enum IdRule
{
    /// <summary>From the row's canonical JSON: names in ordinal order, numbers by value, times in UTC.</summary>
    Canonical,

    /// <summary>
    /// From the row's properties in their order, with times in the zone of the machine and PowerShell's text of whatever is no single value:
    /// the rule of ledgers up to version 7.
    /// </summary>
    AsWritten,
}
