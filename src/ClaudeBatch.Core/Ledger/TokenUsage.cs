namespace ClaudeBatch.Core.Ledger;

/// <summary>Tokens of one answer, in the kinds that have prices of their own.</summary>
/// <param name="InputTokens">Those that were neither written to the cache nor read from it.</param>
/// <param name="CacheWrite5mTokens">Written for five minutes.</param>
/// <param name="CacheWrite1hTokens">Written for an hour.</param>
/// <param name="CacheReadTokens">Read from the cache.</param>
/// <param name="OutputTokens">With those of thinking.</param>
/// <param name="WebSearches">Searches of the server's tool.</param>
/// <param name="InferenceGeo">Where it ran, in the service's words; <c>us</c> has a price of its own.</param>
public readonly record struct TokenUsage(
    long InputTokens,
    long CacheWrite5mTokens,
    long CacheWrite1hTokens,
    long CacheReadTokens,
    long OutputTokens,
    long WebSearches,
    string? InferenceGeo = null);
