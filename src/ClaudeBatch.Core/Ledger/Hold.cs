namespace ClaudeBatch.Core.Ledger;

/// <summary>What a part that is held back waits for. In any case, the first part has to be collected before.</summary>
public enum Hold
{
    /// <summary>It waits until the answers to the first requests, the canary, turn out to be good.</summary>
    Canary,

    /// <summary>It waits until the service has the text that all requests share in its prompt cache.</summary>
    Cache,
}
