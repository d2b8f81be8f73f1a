namespace ClaudeBatch.Core.Models;

/// <summary>What is known of a model. What is not known is null, never zero.</summary>
public sealed record ModelRecord
{
    public required string Id { get; init; }

    /// <summary>A shorter name that the service resolves to <see cref="Id"/>.</summary>
    public string? Alias { get; init; }

    public string? DisplayName { get; init; }

    /// <summary><c>active</c>, <c>deprecated</c> or <c>retired</c>.</summary>
    public string? Lifecycle { get; init; }

    public DateOnly? DeprecatedAt { get; init; }

    /// <summary>The day from which requests to it fail.</summary>
    public DateOnly? RetiresAt { get; init; }

    public DateOnly? RetiresNotBefore { get; init; }

    public ModelPrices? Prices { get; init; }

    /// <summary>Prompts of more tokens than this, all kinds together, are priced by <see cref="LongPrompt"/>.</summary>
    public int? LongPromptFrom { get; init; }

    public ModelPrices? LongPrompt { get; init; }

    public int? Context { get; init; }

    /// <summary>The most <c>max_tokens</c> it takes.</summary>
    public int? MaxOutput { get; init; }

    /// <summary>The same with the beta <c>output-300k-2026-03-24</c>.</summary>
    public int? MaxOutputWith300kBeta { get; init; }

    /// <summary>A shared prefix of fewer tokens is never cached.</summary>
    public int? MinCacheableTokens { get; init; }

    /// <summary>What it refuses of a request's fields.</summary>
    public ModelRules Rules { get; init; } = ModelRules.None;

    public bool IsRetired(DateOnly today) => Lifecycle == "retired" || RetiresAt <= today;
}
