namespace ClaudeBatch.Core.Models;

/// <summary>
/// The prices of a million tokens of each kind, in USD, through the Messages API; in a batch they are half. A price that is not known is
/// null.
/// </summary>
public sealed record ModelPrices(decimal? Input, decimal? Output, decimal? CacheWrite5m, decimal? CacheWrite1h, decimal? CacheRead);
