namespace ClaudeBatch.Core.Api;

/// <summary>A page of the list of the account's batches, newest first.</summary>
public sealed record BatchPage
{
    public IReadOnlyList<MessageBatch> Data { get; init; } = [];

    public bool HasMore { get; init; }

    public string? LastId { get; init; }
}
