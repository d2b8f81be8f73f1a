namespace ClaudeBatch.Core.Costs;

/// <summary>Tokens between two ends.</summary>
internal readonly record struct TokenRange(double Low, double High);
