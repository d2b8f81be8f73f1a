namespace ClaudeBatch.Core.Models;

/// <summary>The facts that are known of a model. A fact that is not known is null, never zero.</summary>
public sealed record ModelRecord
{
    public required string Id { get; init; }

    /// <summary>A shorter name that the service resolves to <see cref="Id"/>.</summary>
    public string? Alias { get; init; }

    public string? DisplayName { get; init; }

    /// <summary>The state of the model: <c>active</c>, <c>deprecated</c> or <c>retired</c>.</summary>
    public string? Lifecycle { get; init; }

    public DateOnly? DeprecatedAt { get; init; }

    /// <summary>The day (UTC) from which on requests to the model fail.</summary>
    public DateOnly? RetiresAt { get; init; }

    /// <summary>The earliest day on which the service may retire the model, where it has announced one.</summary>
    public DateOnly? RetiresNotBefore { get; init; }

    public ModelPrices? Prices { get; init; }

    /// <summary>
    /// The number of prompt tokens, of all kinds together, above which <see cref="LongPrompt"/> has the prices; null where every prompt has
    /// the same prices.
    /// </summary>
    public int? LongPromptFrom { get; init; }

    public ModelPrices? LongPrompt { get; init; }

    /// <summary>The most tokens of a prompt.</summary>
    public int? Context { get; init; }

    /// <summary>The highest <c>max_tokens</c> that the model takes.</summary>
    public int? MaxOutput { get; init; }

    /// <summary>The highest <c>max_tokens</c> that the model takes with the beta <c>output-300k-2026-03-24</c>.</summary>
    public int? MaxOutputWith300kBeta { get; init; }

    /// <summary>The fewest tokens that the beginning of a prompt must have to be cached.</summary>
    public int? MinCacheableTokens { get; init; }

    /// <summary>The fields and values of requests that the model refuses.</summary>
    public ModelRules Rules { get; init; } = ModelRules.None;

    public bool IsRetired(DateOnly today) => Lifecycle == "retired" || RetiresAt <= today;
}
