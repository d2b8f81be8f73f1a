namespace ClaudeBatch.Core.Ledger;

/// <summary>What was decided about a batch.</summary>
/// <param name="Batch">The batch as it is to be.</param>
/// <param name="Kind">The event that is recorded with it; null for none.</param>
/// <param name="Message">One sentence for the journal, or the service's words; null where there is no event.</param>
/// <param name="RequestId">The service's <c>request-id</c>; null where no reply led to the decision.</param>
/// <param name="Also">Other changes of the same transaction; null for none.</param>
internal sealed record Decision(
    BatchRecord Batch, EventKind? Kind = null, string? Message = null, string? RequestId = null, Action? Also = null);
