namespace ClaudeBatch.Core.Ledger;

/// <summary>What an earlier part must have shown before a part is sent.</summary>
public enum Hold
{
    /// <summary>That the answers to the first requests are good.</summary>
    Canary,

    /// <summary>That what all requests share is in the service's cache.</summary>
    Cache,
}
