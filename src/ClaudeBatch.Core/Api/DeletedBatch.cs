namespace ClaudeBatch.Core.Api;

/// <summary>The reply to a call that deletes a batch.</summary>
internal sealed record DeletedBatch(string? Id) : INamesBatch;
