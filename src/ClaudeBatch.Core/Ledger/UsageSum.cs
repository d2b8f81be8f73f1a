namespace ClaudeBatch.Core.Ledger;

/// <summary>What some answers of one model, all at one price, used together.</summary>
/// <param name="IsLong">Their prompts are beyond the length from which the model costs more.</param>
/// <param name="Answers">How many there are.</param>
/// <param name="Usage">Their tokens and searches.</param>
/// <param name="CostInPicodollars">What they cost; null as soon as the price of one is not known.</param>
internal readonly record struct UsageSum(bool IsLong, long Answers, TokenUsage Usage, long? CostInPicodollars);
