using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>
/// The tool that an answer must call. The model calls one tool; with <c>tool_choice</c> <c>any</c> it is one of those that the user has
/// defined. Where a tool of the service's own is forced, the model answers in words.
/// </summary>
internal static class ForcedTool
{
    public static JsonElement? Of(JsonElement parameters, Chances chances)
    {
        string? kind = parameters.TryGetProperty("tool_choice", out JsonElement choice) && choice.ValueKind == JsonValueKind.Object
            ? choice.GetProperty("type").GetString()
            : null;
        if (kind is not ("any" or "tool") || !parameters.TryGetProperty("tools", out JsonElement tools)
            || tools.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        JsonElement[] own = [.. tools.EnumerateArray().Where(t => t.TryGetProperty("input_schema", out _)
            && (kind == "any" || t.GetProperty("name").GetString() == choice.GetProperty("name").GetString()))];
        return own.Length == 0 ? null : own[chances.Next(own.Length)];
    }
}
