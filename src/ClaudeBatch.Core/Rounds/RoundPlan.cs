using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Rounds;

/// <summary>What became of the planning of a round.</summary>
/// <param name="Batches">The parts that were sealed; empty where none was due.</param>
/// <param name="Obstacle">Why the round is not sent though it is ready, where it would pass the budget; null where nothing prevents it.</param>
public sealed record RoundPlan(IReadOnlyList<BatchRecord> Batches, string? Obstacle = null)
{
    public static RoundPlan Nothing { get; } = new([]);
}
