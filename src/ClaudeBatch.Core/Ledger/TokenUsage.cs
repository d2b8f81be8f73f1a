namespace ClaudeBatch.Core.Ledger;

/// <summary>Tokens of one answer, in the kinds that have prices of their own.</summary>
public readonly record struct TokenUsage(
    long InputTokens,
    long CacheWrite5mTokens,
    long CacheWrite1hTokens,
    long CacheReadTokens,
    long OutputTokens,
    long WebSearches);
