using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>
/// Checks whether the token counter accepts a request. It refuses server tools other than the advisor, MCP servers, and pictures and
/// documents that are given by url or file id.
/// </summary>
internal static class CountableCheck
{
    private static readonly string[] s_serverTools = ["web_search_", "web_fetch_", "code_execution_", "tool_search_", "mcp_toolset"];

    /// <returns>The error, or null when the tokens can be counted.</returns>
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

        return HasRemoteSource(body) ? ServiceError.Invalid("messages: url and file sources are not supported for token counting.") : null;
    }

    private static bool HasRemoteSource(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.EnumerateArray().Any(HasRemoteSource),
        JsonValueKind.Object => IsRemote(value) || value.EnumerateObject().Any(static p => HasRemoteSource(p.Value)),
        _ => false,
    };

    private static bool IsRemote(JsonElement block)
        => block.TryGetProperty("type", out JsonElement type) && type.ValueKind == JsonValueKind.String
            && type.GetString() is "image" or "document"
            && block.TryGetProperty("source", out JsonElement source)
            && source.ValueKind == JsonValueKind.Object
            && source.TryGetProperty("type", out JsonElement kind)
            && kind.ValueKind == JsonValueKind.String
            && kind.GetString() is "url" or "file";
}
