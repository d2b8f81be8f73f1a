using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Sending;

/// <summary>The result of an attempt to send a batch.</summary>
/// <param name="Batch">The batch as it is recorded now.</param>
/// <param name="Failure">Why the service does not have the batch, or may not have it; null where it has the batch.</param>
/// <param name="Warning">A warning about a batch that the service has; null for none.</param>
public sealed record SendResult(BatchRecord Batch, ClaudeBatchException? Failure, string? Warning = null)
{
    /// <summary>Whether the batch only has to wait and is sent by a later step without a further command.</summary>
    public bool IsWaiting => Failure is { IsTransient: true } && Batch.State.IsUnsent();
}
