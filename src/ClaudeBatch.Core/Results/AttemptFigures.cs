using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Results;

/// <summary>How the attempts of one number ended, those among them that a later one has replaced.</summary>
/// <param name="Number">The number of the attempt, from 1.</param>
/// <param name="Parts">The number of their parts.</param>
/// <param name="Requests">The number of attempts.</param>
/// <param name="Answered">How many have an answer.</param>
/// <param name="Failed">How many have ended without one.</param>
/// <param name="CostInPicodollars">What they cost; null where a price is not known.</param>
public sealed record AttemptFigures(int Number, int Parts, long Requests, long Answered, long Failed, long? CostInPicodollars)
{
    internal static AttemptFigures Of(int number, IReadOnlyList<BatchTally> tallies) => new(
        number,
        tallies.Count,
        tallies.Sum(static t => t.Requests),
        tallies.Sum(static t => t.Of(Outcome.Succeeded)),
        tallies.Sum(static t => Enum.GetValues<Outcome>().Where(static o => o != Outcome.Succeeded).Sum(t.Of)),
        tallies.Aggregate((long?)0, static (sum, t) => sum + t.CostInPicodollars));
}
