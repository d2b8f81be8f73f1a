using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Retries;

/// <summary>A request that may be sent again.</summary>
/// <param name="Batch">The batch of the request's last attempt.</param>
/// <param name="Attempt">The request's last attempt.</param>
/// <param name="Reason">Why the request may be sent again, in one or two words.</param>
public sealed record RetryCandidate(BatchRecord Batch, AttemptRecord Attempt, string Reason);
