using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using ClaudeBatch.Core.Api;

namespace ClaudeBatch.Core.Models;

/// <summary>The models this module knows, with prices and limits, as of a date. Models are newer than any list of them.</summary>
public sealed class ModelCatalog
{
    private static readonly Lazy<ModelCatalog> s_shipped = new(Load);

    private readonly Dictionary<string, ModelRecord> _byName = new(StringComparer.Ordinal);

    private ModelCatalog(DateOnly asOf, IEnumerable<ModelRecord> models)
    {
        AsOf = asOf;
        Models = [.. models];
        foreach (ModelRecord model in Models)
        {
            _byName[model.Id] = model;
            if (model.Alias is { } alias)
            {
                _byName[alias] = model;
            }
        }
    }

    /// <summary>What came with the module.</summary>
    public static ModelCatalog Shipped => s_shipped.Value;

    /// <summary>The day the prices were read.</summary>
    public DateOnly AsOf { get; }

    public IReadOnlyList<ModelRecord> Models { get; }

    /// <summary>A model by its id or alias; null when it is not known.</summary>
    public ModelRecord? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The known name that is most like this one; null when none is alike.</summary>
    public string? Nearest(string name)
    {
        const int mostEdits = 8;
        string? best = _byName.Keys.MinBy(known => Distance(known, name));
        return best is not null && Distance(best, name) <= Math.Min(mostEdits, name.Length / 2) ? best : null;
    }

    /// <summary>With what the Models API says of models: limits and lifecycles; it gives no prices.</summary>
    public ModelCatalog With(IEnumerable<ServiceModel> models)
    {
        Dictionary<string, ModelRecord> merged = Models.ToDictionary(static m => m.Id);
        foreach (ServiceModel theirs in models)
        {
            ModelRecord ours = merged.GetValueOrDefault(theirs.Id) ?? new ModelRecord { Id = theirs.Id };
            merged[theirs.Id] = ours with
            {
                DisplayName = theirs.DisplayName ?? ours.DisplayName,
                Lifecycle = theirs.Lifecycle ?? ours.Lifecycle,
                DeprecatedAt = Day(theirs.DeprecatedAt) ?? ours.DeprecatedAt,
                RetiresAt = Day(theirs.RetiresAt) ?? ours.RetiresAt,
                Context = theirs.MaxInputTokens ?? ours.Context,
                MaxOutput = theirs.MaxTokens ?? ours.MaxOutput,
            };
        }

        return new ModelCatalog(AsOf, merged.Values);
    }

    private static DateOnly? Day(DateTimeOffset? time) => time is { } value ? DateOnly.FromDateTime(value.UtcDateTime) : null;

    private static ModelCatalog Load()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("models.json")!;
        ModelFile file = JsonSerializer.Deserialize(stream, ModelJson.Default.ModelFile)!;
        return new ModelCatalog(file.AsOf, file.Models.Select(static m => m.ToRecord()));
    }

    // Levenshtein's, on two rows.
    private static int Distance(string one, string other)
    {
        int[] previous = [.. Enumerable.Range(0, other.Length + 1)];
        int[] current = new int[other.Length + 1];
        for (int i = 1; i <= one.Length; i++)
        {
            current[0] = i;
            for (int j = 1; j <= other.Length; j++)
            {
                current[j] = Math.Min(
                    Math.Min(previous[j], current[j - 1]) + 1, previous[j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1));
            }

            (previous, current) = (current, previous);
        }

        return previous[other.Length];
    }

    internal sealed record ModelFile(DateOnly AsOf, IReadOnlyList<ModelEntry> Models);

    internal sealed record ModelEntry
    {
        public required string Id { get; init; }

        public string? Alias { get; init; }

        public string? Lifecycle { get; init; }

        public DateOnly? DeprecatedAt { get; init; }

        public DateOnly? RetiresAt { get; init; }

        public DateOnly? RetiresNotBefore { get; init; }

        public decimal? Input { get; init; }

        public decimal? Output { get; init; }

        [JsonPropertyName("cache_write_5m")]
        public decimal? CacheWrite5m { get; init; }

        [JsonPropertyName("cache_write_1h")]
        public decimal? CacheWrite1h { get; init; }

        public decimal? CacheRead { get; init; }

        public int? LongPromptFrom { get; init; }

        public PriceEntry? LongPrompt { get; init; }

        public int? Context { get; init; }

        public int? MaxOutput { get; init; }

        [JsonPropertyName("max_output_with_300k_beta")]
        public int? MaxOutputWith300kBeta { get; init; }

        public int? MinCacheableTokens { get; init; }

        public ModelRecord ToRecord() => new()
        {
            Id = Id,
            Alias = Alias,
            Lifecycle = Lifecycle,
            DeprecatedAt = DeprecatedAt,
            RetiresAt = RetiresAt,
            RetiresNotBefore = RetiresNotBefore,
            Prices = Input is null ? null : new ModelPrices(Input, Output, CacheWrite5m, CacheWrite1h, CacheRead),
            LongPromptFrom = LongPromptFrom,
            LongPrompt = LongPrompt is { } p ? new ModelPrices(p.Input, p.Output, p.CacheWrite5m, p.CacheWrite1h, p.CacheRead) : null,
            Context = Context,
            MaxOutput = MaxOutput,
            MaxOutputWith300kBeta = MaxOutputWith300kBeta,
            MinCacheableTokens = MinCacheableTokens,
        };
    }

    internal sealed record PriceEntry
    {
        public decimal? Input { get; init; }

        public decimal? Output { get; init; }

        [JsonPropertyName("cache_write_5m")]
        public decimal? CacheWrite5m { get; init; }

        [JsonPropertyName("cache_write_1h")]
        public decimal? CacheWrite1h { get; init; }

        public decimal? CacheRead { get; init; }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ModelCatalog.ModelFile))]
internal sealed partial class ModelJson : JsonSerializerContext;
