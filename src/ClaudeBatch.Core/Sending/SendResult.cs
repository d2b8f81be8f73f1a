using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Sending;

/// <summary>A batch after an attempt to send it.</summary>
/// <param name="Batch">As the ledger has it now.</param>
/// <param name="Failure">Why it is not with the service, or not surely.</param>
/// <param name="Warning">What should be said although it is with the service.</param>
public sealed record SendResult(BatchRecord Batch, ClaudeBatchException? Failure, string? Warning = null)
{
    /// <summary>Nothing is wrong with it; it only has to wait, and is tried again by itself.</summary>
    public bool IsWaiting => Failure is { IsTransient: true } && Batch.State.IsUnsent();
}
