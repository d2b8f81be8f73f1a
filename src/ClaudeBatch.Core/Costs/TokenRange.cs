namespace ClaudeBatch.Core.Costs;

/// <summary>The lowest and the highest number of tokens that something may have.</summary>
internal readonly record struct TokenRange(double Low, double High);
