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
    string? InferenceGeo = null)
{
    /// <summary>All that the model read.</summary>
    public long PromptTokens => InputTokens + CacheWrite5mTokens + CacheWrite1hTokens + CacheReadTokens;

    /// <summary>The same tokens had nothing been cached.</summary>
    public TokenUsage WithoutCache()
        => this with { InputTokens = PromptTokens, CacheWrite5mTokens = 0, CacheWrite1hTokens = 0, CacheReadTokens = 0 };

    public static TokenUsage operator +(TokenUsage one, TokenUsage other) => new(
        one.InputTokens + other.InputTokens,
        one.CacheWrite5mTokens + other.CacheWrite5mTokens,
        one.CacheWrite1hTokens + other.CacheWrite1hTokens,
        one.CacheReadTokens + other.CacheReadTokens,
        one.OutputTokens + other.OutputTokens,
        one.WebSearches + other.WebSearches,
        one.InferenceGeo);
}
