namespace ClaudeBatch.Core.Api;

/// <summary>A page of the list of models that the Models API gives.</summary>
public sealed record ModelPage
{
    public IReadOnlyList<ServiceModel> Data { get; init; } = [];

    public bool HasMore { get; init; }

    public string? LastId { get; init; }
}
