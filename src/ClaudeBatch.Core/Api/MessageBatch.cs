namespace ClaudeBatch.Core.Api;

/// <summary>A batch as the service describes it (object <c>message_batch</c>).</summary>
public sealed record MessageBatch : INamesBatch
{
    public required string Id { get; init; }

    /// <summary>The state: <c>in_progress</c>, <c>canceling</c> or <c>ended</c>. The service may add others.</summary>
    public required string ProcessingStatus { get; init; }

    public required RequestCounts RequestCounts { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? CancelInitiatedAt { get; init; }

    public DateTimeOffset? ArchivedAt { get; init; }

    /// <summary>Whether the batch is over. Only its status tells so; the counts of its requests do not.</summary>
    public bool HasEnded => ProcessingStatus == "ended";
}

/// <summary>A reply that says which batch it is about.</summary>
internal interface INamesBatch
{
    string? Id { get; }
}
