namespace ClaudeBatch.Core.Ledger;

/// <summary>The usage of one answer, by what has a price of its own.</summary>
/// <param name="InputTokens">Input tokens that were neither written to the prompt cache nor read from it.</param>
/// <param name="CacheWrite5mTokens">Input tokens that were written to the cache for five minutes.</param>
/// <param name="CacheWrite1hTokens">Input tokens that were written to the cache for an hour.</param>
/// <param name="CacheReadTokens">Input tokens that were read from the cache.</param>
/// <param name="OutputTokens">Output tokens, with those of thinking.</param>
/// <param name="WebSearches">The number of searches of the service's web search tool.</param>
/// <param name="InferenceGeo">The service's <c>inference_geo</c>: the region where the model ran. The price of <c>us</c> differs.</param>
public readonly record struct TokenUsage(
    long InputTokens,
    long CacheWrite5mTokens,
    long CacheWrite1hTokens,
    long CacheReadTokens,
    long OutputTokens,
    long WebSearches,
    string? InferenceGeo = null)
{
    /// <summary>All input tokens.</summary>
    public long PromptTokens => InputTokens + CacheWrite5mTokens + CacheWrite1hTokens + CacheReadTokens;

    /// <summary>Gives the usage that the answer would have had without the cache.</summary>
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
