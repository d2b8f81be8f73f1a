using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>
/// Checks the params against the rules of single models. The messages about thinking, effort and prefill were recorded from the service; the others are this
/// project's own wording.
/// </summary>
internal static class ModelRulesCheck
{
    /// <returns>The error, or null when the model accepts the params.</returns>
    public static ServiceError? Fault(JsonElement parameters, EmulatedModel model)
        => ThinkingFault(parameters, model)
            ?? (model.Refuses.HasFlag(Refused.Effort) && Text(parameters, "output_config", "effort") is not null
                ? ServiceError.Invalid("This model does not support the effort parameter.")
                : null)
            ?? ToolFault(parameters, model)
            ?? SamplingFault(parameters, model)
            ?? (model.Refuses.HasFlag(Refused.Region) && parameters.TryGetProperty("inference_geo", out JsonElement geo)
                && geo.ValueKind != JsonValueKind.Null
                ? ServiceError.Invalid($"inference_geo: not supported for {model.Id}")
                : null);

    private static ServiceError? ThinkingFault(JsonElement parameters, EmulatedModel model)
    {
        switch (Text(parameters, "thinking", "type"))
        {
            case "enabled" when model.Refuses.HasFlag(Refused.Budget):
                return NotSupported("enabled");

            case "enabled" when !IsBudget(Number(parameters.GetProperty("thinking"), "budget_tokens"), Number(parameters, "max_tokens")):
                return ServiceError.Invalid(
                    "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024 and less than max_tokens");

            case "adaptive" when model.Refuses.HasFlag(Refused.Adaptive):
                return ServiceError.Invalid("adaptive thinking is not supported on this model");

            case "disabled" when model.Refuses.HasFlag(Refused.NoThinking):
                return NotSupported("disabled");

            case "disabled" when model.Refuses.HasFlag(Refused.NoThinkingAtHighEffort)
                && Text(parameters, "output_config", "effort") is "xhigh" or "max":
                return ServiceError.Invalid(
                    "\"thinking.type.disabled\" is not supported with this effort. Use an effort of \"high\" or lower.");

            default:
                return null;
        }
    }

    private static bool IsBudget(double? budget, double? maxTokens) => budget >= 1024 && budget < maxTokens;

    private static ServiceError NotSupported(string type) => ServiceError.Invalid(
        $"\"thinking.type.{type}\" is not supported for this model. Use \"thinking.type.adaptive\" and \"output_config.effort\" to "
            + $"control thinking behavior.");

    private static ServiceError? ToolFault(JsonElement parameters, EmulatedModel model)
    {
        if (model.Refuses.HasFlag(Refused.ForcedTool) && Text(parameters, "tool_choice", "type") is "any" or "tool")
        {
            return ServiceError.Invalid("tool_choice: forced tool use is not supported for this model.");
        }

        if (!parameters.TryGetProperty("tools", out JsonElement tools) || tools.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        foreach (JsonElement tool in tools.EnumerateArray())
        {
            string type = Text(tool, "type") ?? string.Empty;
            if (type == "computer_20251124" && model.Refuses.HasFlag(Refused.OldComputer))
            {
                return ServiceError.Invalid($"tools: '{type}' is not supported for this model.");
            }

            if (type.StartsWith("advisor_", StringComparison.Ordinal) && model.Refuses.HasFlag(Refused.OtherAdvisor)
                && Text(tool, "model") is not ("claude-fable-5-2" or "claude-mythos-5-2" or null))
            {
                return ServiceError.Invalid($"tools: '{Text(tool, "model")}' cannot advise {model.Id}.");
            }
        }

        return null;
    }

    private static ServiceError? SamplingFault(JsonElement parameters, EmulatedModel model)
    {
        if (!model.Refuses.HasFlag(Refused.Sampling))
        {
            return null;
        }

        string? changed = Number(parameters, "temperature") is { } heat && heat != 1 ? "temperature"
            : Number(parameters, "top_p") < 0.99 ? "top_p"
            : Number(parameters, "top_k") > 0 ? "top_k"
            : null;
        return changed is null ? null : ServiceError.Invalid($"{changed}: only the default is supported for this model.");
    }

    private static double? Number(JsonElement parent, string name)
        => parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    private static string? Text(JsonElement parent, string name)
        => parent.ValueKind == JsonValueKind.Object
            && parent.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static string? Text(JsonElement parent, string name, string inner)
        => parent.TryGetProperty(name, out JsonElement value) ? Text(value, inner) : null;
}
