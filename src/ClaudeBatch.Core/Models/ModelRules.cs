using System.Text.Json;

namespace ClaudeBatch.Core.Models;

/// <summary>
/// The fields and values of requests that a model refuses, according to the service's documentation. Where the documentation says nothing,
/// there is no rule.
/// </summary>
public sealed record ModelRules
{
    /// <summary>The rules of a model of which nothing is known: it refuses nothing.</summary>
    public static ModelRules None { get; } = new();

    /// <summary>Each value of <c>thinking.type</c> that is refused, with the value to use instead.</summary>
    public IReadOnlyDictionary<string, string> Thinking { get; init; } = new Dictionary<string, string>();

    /// <summary>The highest <c>output_config.effort</c> with which thinking may be <c>disabled</c>; null where there is no limit.</summary>
    public string? MostEffortWithoutThinking { get; init; }

    /// <summary>Whether <c>output_config.effort</c> is refused.</summary>
    public bool RefusesEffort { get; init; }

    /// <summary>Whether a <c>tool_choice</c> of <c>any</c> or <c>tool</c> is refused.</summary>
    public bool RefusesForcedTools { get; init; }

    /// <summary>Whether a conversation that ends with the assistant's turn is refused.</summary>
    public bool RefusesPrefill { get; init; }

    /// <summary>
    /// Whether sampling parameters are refused unless they have their defaults, even under the API version that still has such parameters.
    /// </summary>
    public bool RefusesSampling { get; init; }

    /// <summary>Whether <c>inference_geo</c> is refused.</summary>
    public bool RefusesInferenceGeo { get; init; }

    /// <summary>
    /// Whether the model's thinking is bound to what came before it, so that a conversation goes on only from the same bytes
    /// (documentation, "Preserved thinking", "Prefix checks").
    /// </summary>
    public bool BindsThinking { get; init; }

    /// <summary>Each type of tool that is refused, with the type to use instead.</summary>
    public IReadOnlyDictionary<string, string> Tools { get; init; } = new Dictionary<string, string>();

    /// <summary>The ids of the models that may advise this one; empty where every model may.</summary>
    public IReadOnlyList<string> Advisors { get; init; } = [];

    internal static ModelRules From(JsonElement model)
    {
        JsonElement refuses = model.TryGetProperty("refuses", out JsonElement rules) ? rules : default;
        return new ModelRules
        {
            Thinking = Pairs(refuses, "thinking"),
            MostEffortWithoutThinking = model.TryGetProperty("most_effort_without_thinking", out JsonElement effort)
                ? effort.GetString()
                : null,
            RefusesEffort = Is(refuses, "effort"),
            RefusesForcedTools = Is(refuses, "forced_tools"),
            RefusesPrefill = Is(refuses, "prefill"),
            RefusesSampling = Is(refuses, "sampling"),
            RefusesInferenceGeo = Is(refuses, "inference_geo"),
            BindsThinking = Is(model, "binds_thinking"),
            Tools = Pairs(refuses, "tools"),
            Advisors = model.TryGetProperty("advisors", out JsonElement advisors)
                ? [.. advisors.EnumerateArray().Select(static a => a.GetString()!)]
                : [],
        };
    }

    private static bool Is(JsonElement refuses, string name)
        => refuses.ValueKind == JsonValueKind.Object && refuses.TryGetProperty(name, out JsonElement value) && value.GetBoolean();

    private static Dictionary<string, string> Pairs(JsonElement refuses, string name)
        => refuses.ValueKind == JsonValueKind.Object && refuses.TryGetProperty(name, out JsonElement pairs)
            ? pairs.EnumerateObject().ToDictionary(static p => p.Name, static p => p.Value.GetString()!)
            : [];
}
