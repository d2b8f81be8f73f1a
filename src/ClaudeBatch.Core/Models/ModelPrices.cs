namespace ClaudeBatch.Core.Models;

/// <summary>What a million tokens of each kind cost in USD through the standard API; a batch costs half. Null where it is not known.</summary>
public sealed record ModelPrices(decimal? Input, decimal? Output, decimal? CacheWrite5m, decimal? CacheWrite1h, decimal? CacheRead);
