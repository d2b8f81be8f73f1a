using System.Text.Json;

namespace ClaudeBatch.Core.Models;

/// <summary>What a model refuses of a request's fields, as the service documents it. What is not established is no rule.</summary>
public sealed record ModelRules
{
    /// <summary>Of a model that nothing is known of: it refuses nothing.</summary>
    public static ModelRules None { get; } = new();

    /// <summary>From a <c>thinking.type</c> that is refused to the one to use in its place.</summary>
    public IReadOnlyDictionary<string, string> Thinking { get; init; } = new Dictionary<string, string>();

    /// <summary>The highest <c>output_config.effort</c> at which thinking may be <c>disabled</c>; null where no effort forbids it.</summary>
    public string? MostEffortWithoutThinking { get; init; }

    /// <summary>A <c>tool_choice</c> of <c>any</c> or <c>tool</c> is refused.</summary>
    public bool RefusesForcedTools { get; init; }

    /// <summary>A conversation that ends with the assistant's turn is refused.</summary>
    public bool RefusesPrefill { get; init; }

    /// <summary>Sampling parameters are refused but at their defaults, also under the API version that still takes them.</summary>
    public bool RefusesSampling { get; init; }

    /// <summary><c>inference_geo</c> is refused.</summary>
    public bool RefusesInferenceGeo { get; init; }

    /// <summary>From a type of tool that is refused to the one to use in its place.</summary>
    public IReadOnlyDictionary<string, string> Tools { get; init; } = new Dictionary<string, string>();

    /// <summary>The only models that may be its advisor; empty where any may.</summary>
    public IReadOnlyList<string> Advisors { get; init; } = [];

    internal static ModelRules From(JsonElement model)
    {
        JsonElement refuses = model.TryGetProperty("refuses", out JsonElement rules) ? rules : default;
        return new ModelRules
        {
            Thinking = Pairs(refuses, "thinking"),
            MostEffortWithoutThinking = model.TryGetProperty("most_effort_without_thinking", out JsonElement effort) ? effort.GetString() : null,
            RefusesForcedTools = Is(refuses, "forced_tools"),
            RefusesPrefill = Is(refuses, "prefill"),
            RefusesSampling = Is(refuses, "sampling"),
            RefusesInferenceGeo = Is(refuses, "inference_geo"),
            Tools = Pairs(refuses, "tools"),
            Advisors = model.TryGetProperty("advisors", out JsonElement advisors) ? [.. advisors.EnumerateArray().Select(static a => a.GetString()!)] : [],
        };
    }

    private static bool Is(JsonElement refuses, string name)
        => refuses.ValueKind == JsonValueKind.Object && refuses.TryGetProperty(name, out JsonElement value) && value.GetBoolean();

    private static Dictionary<string, string> Pairs(JsonElement refuses, string name)
        => refuses.ValueKind == JsonValueKind.Object && refuses.TryGetProperty(name, out JsonElement pairs)
            ? pairs.EnumerateObject().ToDictionary(static p => p.Name, static p => p.Value.GetString()!)
            : [];
}
