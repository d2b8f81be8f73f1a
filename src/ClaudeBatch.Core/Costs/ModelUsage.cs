using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Costs;

/// <summary>What answers of one model took. Amounts are picodollars; null where a price is not known.</summary>
/// <param name="Model">The model that answered.</param>
/// <param name="Answers">How many.</param>
/// <param name="Usage">Their tokens together.</param>
/// <param name="Cost">What they cost.</param>
/// <param name="StandardCost">What the Messages API would have cost.</param>
/// <param name="SavedByCache">What would have been paid more without the cache; below zero where writing to it cost more than reading saved.</param>
public sealed record ModelUsage(string Model, long Answers, TokenUsage Usage, long? Cost, long? StandardCost, long? SavedByCache)
{
    /// <summary>The sum of two, under the name of the first.</summary>
    public ModelUsage Plus(ModelUsage other) => this with
    {
        Answers = Answers + other.Answers,
        Usage = Usage + other.Usage,
        Cost = Cost + other.Cost,
        StandardCost = StandardCost + other.StandardCost,
        SavedByCache = SavedByCache + other.SavedByCache,
    };
}
