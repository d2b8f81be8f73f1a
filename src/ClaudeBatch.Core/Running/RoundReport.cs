using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Running;

/// <summary>The result of a round.</summary>
/// <param name="Batches">The batches as they are recorded now, in the order of their numbers.</param>
/// <param name="Notes">What a person should be told, in the order in which it happened.</param>
public sealed record RoundReport(IReadOnlyList<BatchRecord> Batches, IReadOnlyList<RoundNote> Notes);
