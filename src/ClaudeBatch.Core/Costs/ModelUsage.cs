using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Costs;

/// <summary>The tokens and costs of one model's answers. Amounts are picodollars; an amount is null where a price is not known.</summary>
/// <param name="Model">The model that answered.</param>
/// <param name="Answers">The number of answers.</param>
/// <param name="Usage">The tokens of all answers together.</param>
/// <param name="Cost">The cost of the answers.</param>
/// <param name="StandardCost">The cost that the same answers would have had through the Messages API.</param>
/// <param name="SavedByCache">How much more would have been paid without the cache; negative where writing to the cache cost more than
/// reading from it saved.</param>
public sealed record ModelUsage(string Model, long Answers, TokenUsage Usage, long? Cost, long? StandardCost, long? SavedByCache)
{
    /// <summary>Whether the prices are known; where they are and the cost is not, an answer came without its usage.</summary>
    public bool HasPrice => SavedByCache is not null;

    /// <summary>Adds another usage to this one. The sum keeps the model of this one.</summary>
    public ModelUsage Plus(ModelUsage other) => this with
    {
        Answers = Answers + other.Answers,
        Usage = Usage + other.Usage,
        Cost = Cost + other.Cost,
        StandardCost = StandardCost + other.StandardCost,
        SavedByCache = SavedByCache + other.SavedByCache,
    };
}
