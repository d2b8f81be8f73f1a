namespace ClaudeBatch.Core.Ledger;

/// <summary>Whether a batch of the service was taken for one of ours because of what the account's lists showed.</summary>
public enum Adoption
{
    /// <summary>The service's reply named it.</summary>
    No,

    /// <summary>It may be somebody else's until the ids of its answers have been seen.</summary>
    Tentative,

    /// <summary>The ids of its answers are ours.</summary>
    Confirmed,
}
