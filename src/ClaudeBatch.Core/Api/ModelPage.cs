namespace ClaudeBatch.Core.Api;

/// <summary>A page of the list of models that the Models API gives.</summary>
public sealed record ModelPage : IListPage
{
    public IReadOnlyList<ServiceModel> Data { get; init; } = [];

    IEnumerable<string> IListPage.Ids => Data.Select(static e => e.Id);

    public bool HasMore { get; init; }

    public string? LastId { get; init; }
}
