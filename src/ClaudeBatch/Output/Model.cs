using ClaudeBatch.Core.Models;

namespace ClaudeBatch;

/// <summary>A model with its limits and prices. What is not known is null, never zero.</summary>
public sealed class Model
{
    private const decimal BatchDiscount = 0.5m;

    public string? Id { get; set; }

    /// <summary>A shorter name that the service takes too.</summary>
    public string? Alias { get; set; }

    public string? DisplayName { get; set; }

    /// <summary><c>active</c>, <c>deprecated</c> or <c>retired</c>.</summary>
    public string? Lifecycle { get; set; }

    /// <summary>The day from which requests to it fail.</summary>
    public DateTime? RetiresAt { get; set; }

    /// <summary>The service has promised it at least until then.</summary>
    public DateTime? RetiresNotBefore { get; set; }

    /// <summary>Of a million input tokens in a batch, USD.</summary>
    public decimal? BatchInput { get; set; }

    /// <summary>Of a million output tokens in a batch, USD.</summary>
    public decimal? BatchOutput { get; set; }

    /// <summary>Of a million tokens written to the cache for five minutes, in a batch, USD.</summary>
    public decimal? BatchCacheWrite5m { get; set; }

    /// <summary>Of a million tokens written to the cache for an hour, in a batch, USD.</summary>
    public decimal? BatchCacheWrite1h { get; set; }

    /// <summary>Of a million tokens read from the cache, in a batch, USD.</summary>
    public decimal? BatchCacheRead { get; set; }

    /// <summary>Of a million input tokens through the Messages API, USD.</summary>
    public decimal? StandardInput { get; set; }

    /// <summary>Of a million output tokens through the Messages API, USD.</summary>
    public decimal? StandardOutput { get; set; }

    /// <summary>
    /// Longer prompts have prices of their own, in <see cref="LongPromptBatchInput"/> and <see cref="LongPromptBatchOutput"/>. Tokens.
    /// </summary>
    public int? LongPromptFrom { get; set; }

    public decimal? LongPromptBatchInput { get; set; }

    public decimal? LongPromptBatchOutput { get; set; }

    /// <summary>The day the prices were read.</summary>
    public DateTime PricesAsOf { get; set; }

    /// <summary>The context window, tokens.</summary>
    public int? Context { get; set; }

    /// <summary>The most <c>max_tokens</c> it takes.</summary>
    public int? MaxOutput { get; set; }

    /// <summary>A shared prefix of fewer tokens is never cached.</summary>
    public int? MinCacheableTokens { get; set; }

    public override string ToString() => Alias ?? Id ?? string.Empty;

    internal static Model From(ModelRecord model, DateOnly asOf) => new()
    {
        Id = model.Id,
        Alias = model.Alias,
        DisplayName = model.DisplayName,
        Lifecycle = model.Lifecycle,
        RetiresAt = Day(model.RetiresAt),
        RetiresNotBefore = Day(model.RetiresNotBefore),
        BatchInput = model.Prices?.Input * BatchDiscount,
        BatchOutput = model.Prices?.Output * BatchDiscount,
        BatchCacheWrite5m = model.Prices?.CacheWrite5m * BatchDiscount,
        BatchCacheWrite1h = model.Prices?.CacheWrite1h * BatchDiscount,
        BatchCacheRead = model.Prices?.CacheRead * BatchDiscount,
        StandardInput = model.Prices?.Input,
        StandardOutput = model.Prices?.Output,
        LongPromptFrom = model.LongPromptFrom,
        LongPromptBatchInput = model.LongPrompt?.Input * BatchDiscount,
        LongPromptBatchOutput = model.LongPrompt?.Output * BatchDiscount,
        PricesAsOf = Day(asOf)!.Value,
        Context = model.Context,
        MaxOutput = model.MaxOutput,
        MinCacheableTokens = model.MinCacheableTokens,
    };

    private static DateTime? Day(DateOnly? day) => day?.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
}
