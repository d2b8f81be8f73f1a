namespace ClaudeBatch.Core.Api;

/// <summary>A model as the Models API describes it. The API gives no prices.</summary>
public sealed record ServiceModel
{
    public required string Id { get; init; }

    public string? DisplayName { get; init; }

    /// <summary>The state of the model: <c>active</c>, <c>deprecated</c> or <c>retired</c>.</summary>
    public string? Lifecycle { get; init; }

    public DateTimeOffset? DeprecatedAt { get; init; }

    public DateTimeOffset? RetiresAt { get; init; }

    public int? MaxInputTokens { get; init; }

    public int? MaxTokens { get; init; }
}
