using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Retries;

/// <summary>A request that may be sent again.</summary>
/// <param name="Batch">The batch of its last attempt.</param>
/// <param name="Attempt">Its last attempt.</param>
/// <param name="Reason">Why, in a word or two.</param>
public sealed record RetryCandidate(BatchRecord Batch, AttemptRecord Attempt, string Reason);
