using System.Globalization;
using System.Reflection;
using System.Text.Json;
using ClaudeBatch.Core.Api;

namespace ClaudeBatch.Core.Models;

/// <summary>
/// The models that this module knows, with their prices and limits as of a date. The service may have models that are newer.
/// </summary>
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

    /// <summary>The catalog that is shipped with the module.</summary>
    public static ModelCatalog Shipped => s_shipped.Value;

    /// <summary>The day on which the prices were read from the service's documentation.</summary>
    public DateOnly AsOf { get; }

    public IReadOnlyList<ModelRecord> Models { get; }

    /// <summary>Finds a model by its id or its alias; null when it is not known.</summary>
    public ModelRecord? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Finds the known id or alias that is most similar to a name; null when none is similar.</summary>
    public string? Nearest(string name)
    {
        const int mostEdits = 8;
        string? best = _byName.Keys.MinBy(known => Distance(known, name));
        return best is not null && Distance(best, name) <= Math.Min(mostEdits, name.Length / 2) ? best : null;
    }

    /// <summary>
    /// Makes a catalog that takes over the models, limits and lifecycles of the Models API. Prices stay, because the API gives none.
    /// </summary>
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
        using JsonDocument file = JsonDocument.Parse(stream);
        return new ModelCatalog(
            ToDay(file.RootElement.GetProperty("as_of")),
            file.RootElement.GetProperty("models").EnumerateArray().Select(ToRecord));
    }

    private static ModelRecord ToRecord(JsonElement model) => new()
    {
        Id = model.GetProperty("id").GetString()!,
        Alias = Known(model, "alias")?.GetString(),
        Lifecycle = Known(model, "lifecycle")?.GetString(),
        DeprecatedAt = Day(model, "deprecated_at"),
        RetiresAt = Day(model, "retires_at"),
        RetiresNotBefore = Day(model, "retires_not_before"),
        Prices = Known(model, "input") is null ? null : ToPrices(model),
        LongPromptFrom = Known(model, "long_prompt_from")?.GetInt32(),
        LongPrompt = Known(model, "long_prompt") is { } prices ? ToPrices(prices) : null,
        Context = Known(model, "context")?.GetInt32(),
        MaxOutput = Known(model, "max_output")?.GetInt32(),
        MaxOutputWith300kBeta = Known(model, "max_output_with_300k_beta")?.GetInt32(),
        MinCacheableTokens = Known(model, "min_cacheable_tokens")?.GetInt32(),
        Rules = ModelRules.From(model),
    };

    private static ModelPrices ToPrices(JsonElement prices) => new(
        Known(prices, "input")?.GetDecimal(),
        Known(prices, "output")?.GetDecimal(),
        Known(prices, "cache_write_5m")?.GetDecimal(),
        Known(prices, "cache_write_1h")?.GetDecimal(),
        Known(prices, "cache_read")?.GetDecimal());

    private static DateOnly? Day(JsonElement model, string name) => Known(model, name) is { } day ? ToDay(day) : null;

    private static DateOnly ToDay(JsonElement day) => DateOnly.ParseExact(day.GetString()!, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    // In the file, a value that is not known is null or absent.
    private static JsonElement? Known(JsonElement of, string name)
        => of.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    // The Levenshtein distance. Only two rows of its table are needed at a time.
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
}
