using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>
/// What the token counter does not count: server tools other than the advisor, MCP servers, pictures and documents that lie elsewhere.
/// </summary>
internal static class Countable
{
    private static readonly string[] s_serverTools = ["web_search_", "web_fetch_", "code_execution_", "tool_search_", "mcp_toolset"];

    /// <returns>The error, or null when it can be counted.</returns>
    public static ServiceError? Fault(JsonElement body)
    {
        foreach (JsonProperty field in body.EnumerateObject())
        {
            if (EmulatedFields.Params.GetValueOrDefault(field.Name) is not { IsCounted: true })
            {
                return ServiceError.Invalid($"{field.Name}: Extra inputs are not permitted");
            }
        }

        if (body.TryGetProperty("tools", out JsonElement tools) && tools.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement tool in tools.EnumerateArray())
            {
                if (tool.ValueKind == JsonValueKind.Object && tool.TryGetProperty("type", out JsonElement type)
                    && type.ValueKind == JsonValueKind.String
                    && s_serverTools.Any(prefix => type.GetString()!.StartsWith(prefix, StringComparison.Ordinal)))
                {
                    return ServiceError.Invalid($"tools: '{type.GetString()}' is not supported for token counting.");
                }
            }
        }

        return LiesElsewhere(body) ? ServiceError.Invalid("messages: url and file sources are not supported for token counting.") : null;
    }

    private static bool LiesElsewhere(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.EnumerateArray().Any(LiesElsewhere),
        JsonValueKind.Object => IsElsewhere(value) || value.EnumerateObject().Any(static p => LiesElsewhere(p.Value)),
        _ => false,
    };

    private static bool IsElsewhere(JsonElement block)
        => block.TryGetProperty("type", out JsonElement type) && type.ValueKind == JsonValueKind.String
            && type.GetString() is "image" or "document"
            && block.TryGetProperty("source", out JsonElement source)
            && source.ValueKind == JsonValueKind.Object
            && source.TryGetProperty("type", out JsonElement kind)
            && kind.GetString() is "url" or "file";
}
