using ClaudeBatch.Core.Models;

namespace ClaudeBatch;

/// <summary>A model with its limits and prices. A value that is not known is null and not zero.</summary>
public sealed class Model
{
    private const decimal BatchDiscount = 0.5m;

    public string? Id { get; set; }

    /// <summary>A shorter name that the service accepts as well.</summary>
    public string? Alias { get; set; }

    public string? DisplayName { get; set; }

    /// <summary>The stage of the model: <c>active</c>, <c>deprecated</c> or <c>retired</c>.</summary>
    public string? Lifecycle { get; set; }

    /// <summary>The day from which requests to the model fail.</summary>
    public DateTime? RetiresAt { get; set; }

    /// <summary>The day before which the service has promised not to retire the model.</summary>
    public DateTime? RetiresNotBefore { get; set; }

    /// <summary>The price of a million input tokens in a batch, in USD.</summary>
    public decimal? BatchInput { get; set; }

    /// <summary>The price of a million output tokens in a batch, in USD.</summary>
    public decimal? BatchOutput { get; set; }

    /// <summary>The price of a million tokens written to the cache for five minutes in a batch, in USD.</summary>
    public decimal? BatchCacheWrite5m { get; set; }

    /// <summary>The price of a million tokens written to the cache for an hour in a batch, in USD.</summary>
    public decimal? BatchCacheWrite1h { get; set; }

    /// <summary>The price of a million tokens read from the cache in a batch, in USD.</summary>
    public decimal? BatchCacheRead { get; set; }

    /// <summary>The price of a million input tokens through the Messages API, in USD.</summary>
    public decimal? StandardInput { get; set; }

    /// <summary>The price of a million output tokens through the Messages API, in USD.</summary>
    public decimal? StandardOutput { get; set; }

    /// <summary>
    /// The length in tokens above which a prompt costs <see cref="LongPromptBatchInput"/> and <see cref="LongPromptBatchOutput"/>; null
    /// where all prompts cost the same.
    /// </summary>
    public int? LongPromptFrom { get; set; }

    public decimal? LongPromptBatchInput { get; set; }

    public decimal? LongPromptBatchOutput { get; set; }

    /// <summary>The day on which the prices were read.</summary>
    public DateTime PricesAsOf { get; set; }

    /// <summary>The context window, in tokens.</summary>
    public int? Context { get; set; }

    /// <summary>The highest <c>max_tokens</c> that the model accepts.</summary>
    public int? MaxOutput { get; set; }

    /// <summary>The least number of tokens that a prefix must have to be cached.</summary>
    public int? MinCacheableTokens { get; set; }

    public override string ToString() => Alias ?? Id ?? string.Empty;

    internal static Model From(ModelRecord model, DateOnly asOf) => new()
    {
        Id = model.Id,
        Alias = model.Alias,
        DisplayName = model.DisplayName,
        Lifecycle = model.Lifecycle,
        RetiresAt = model.RetiresAt.ToShell(),
        RetiresNotBefore = model.RetiresNotBefore.ToShell(),
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
        PricesAsOf = asOf.ToShell(),
        Context = model.Context,
        MaxOutput = model.MaxOutput,
        MinCacheableTokens = model.MinCacheableTokens,
    };
}
