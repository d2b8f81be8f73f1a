namespace ClaudeBatch.Core.Api;

/// <summary>A page of the list of the account's batches, newest first.</summary>
public sealed record BatchPage : IListPage
{
    public IReadOnlyList<MessageBatch> Data { get; init; } = [];

    IEnumerable<string> IListPage.Ids => Data.Select(static e => e.Id);

    public bool HasMore { get; init; }

    public string? LastId { get; init; }
}
