using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Results;

/// <summary>A request that has no usable answer.</summary>
/// <param name="Batch">The batch of its last attempt.</param>
/// <param name="Attempt">That attempt.</param>
public sealed record EndSample(BatchRecord Batch, AttemptRecord Attempt);
