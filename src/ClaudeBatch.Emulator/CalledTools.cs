using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>
/// The tools that an answer calls, of those that the user has defined: where <c>tool_choice</c> forces it, and in the rounds of the plan. Where
/// a tool of the service's own is forced, the model answers in words.
/// </summary>
internal static class CalledTools
{
    /// <param name="parameters">The params of the request.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="rounds">In how many rounds of the conversation tools were called.</param>
    /// <param name="chances">Draws which of several tools it is.</param>
    public static List<JsonElement> Of(JsonElement parameters, EmulatorPlan plan, int rounds, Chances chances)
    {
        JsonElement choice = parameters.TryGetProperty("tool_choice", out JsonElement given) && given.ValueKind == JsonValueKind.Object
            ? given
            : default;
        string? kind = choice.ValueKind == JsonValueKind.Object ? choice.GetProperty("type").GetString() : null;
        bool isForced = kind is "any" or "tool";
        if (kind == "none" || (!isForced && rounds >= plan.ToolRounds) || !parameters.TryGetProperty("tools", out JsonElement tools)
            || tools.ValueKind != JsonValueKind.Array)
        {
            return [];
        }

        JsonElement[] own = [.. tools.EnumerateArray().Where(t => t.TryGetProperty("input_schema", out _)
            && (kind != "tool" || t.GetProperty("name").GetString() == choice.GetProperty("name").GetString()))];
        int count = own.Length == 0 ? 0 : kind is not null && IsAlone(choice) ? 1 : plan.ToolCalls;
        return [.. Enumerable.Range(0, count).Select(_ => own[chances.Next(own.Length)])];
    }

    /// <summary>Tells whether the answer must call a tool.</summary>
    public static bool IsForced(JsonElement parameters)
        => parameters.TryGetProperty("tool_choice", out JsonElement choice) && Conversation.TypeOf(choice) is "any" or "tool";

    private static bool IsAlone(JsonElement choice)
        => choice.TryGetProperty("disable_parallel_tool_use", out JsonElement alone) && alone.ValueKind == JsonValueKind.True;
}
