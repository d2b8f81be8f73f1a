using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Retries;

/// <summary>A request that may be sent again.</summary>
/// <param name="Batch">The batch of the attempt.</param>
/// <param name="Attempt">The attempt whose bytes are sent again, which is the request's last word or failed after it.</param>
/// <param name="Reason">Why the request may be sent again, in one or two words.</param>
/// <param name="Number">The number of the attempt that is made of it.</param>
public sealed record RetryCandidate(BatchRecord Batch, AttemptRecord Attempt, string Reason, int Number);
