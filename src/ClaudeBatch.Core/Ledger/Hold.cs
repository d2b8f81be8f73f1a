namespace ClaudeBatch.Core.Ledger;

/// <summary>What a part that is held back waits for. It waits at least until nothing is left to do for the first part.</summary>
public enum Hold
{
    /// <summary>It waits until the answers to the first requests, the canary, turn out to be good.</summary>
    Canary,

    /// <summary>It waits until the service has the text that all requests share in its prompt cache.</summary>
    Cache,
}
