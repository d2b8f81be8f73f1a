namespace ClaudeBatch.Core.Api;

/// <summary>A page of the models the service knows.</summary>
public sealed record ModelPage
{
    public IReadOnlyList<ServiceModel> Data { get; init; } = [];

    public bool HasMore { get; init; }

    public string? LastId { get; init; }
}
