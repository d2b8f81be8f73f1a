using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Submission;

/// <summary>A batch after an attempt to send it.</summary>
/// <param name="Batch">As the ledger has it now.</param>
/// <param name="Failure">Why it is not with the service, or not surely.</param>
public sealed record SendResult(BatchRecord Batch, ClaudeBatchException? Failure);
