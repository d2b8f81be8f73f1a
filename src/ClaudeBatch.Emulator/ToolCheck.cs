using System.Text.Json;
using System.Text.RegularExpressions;

namespace ClaudeBatch.Emulator;

/// <summary>
/// Checks the tools of a request, whatever the model. The words on foreign fields and on a choice without a tool are recorded; the others
/// are this project's own.
/// </summary>
internal static partial class ToolCheck
{
    private static readonly string[] s_fields =
    [
        "type", "name", "description", "input_schema", "strict", "cache_control", "allowed_callers", "defer_loading",
        "eager_input_streaming", "input_examples",
    ];

    /// <returns>The error, or null when the service would take the tools and the choice.</returns>
    public static ServiceError? Fault(JsonElement parameters)
    {
        HashSet<string?> names = [];
        bool hasToolset = false;
        if (parameters.TryGetProperty("tools", out JsonElement tools) && tools.ValueKind != JsonValueKind.Null)
        {
            if (tools.ValueKind != JsonValueKind.Array)
            {
                return ServiceError.Invalid("tools: Input should be a valid list");
            }

            int index = 0;
            foreach (JsonElement tool in tools.EnumerateArray())
            {
                if (ToolFault(tool, $"tools.{index++}") is { } fault)
                {
                    return fault;
                }

                names.Add(Text(tool, "name"));
                hasToolset |= Text(tool, "type")?.Contains("toolset", StringComparison.Ordinal) == true;
            }
        }

        return ChoiceFault(parameters, names, hasToolset);
    }

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,128}$")]
    private static partial Regex Name();

    [GeneratedRegex("_[0-9]{8}$")]
    private static partial Regex Dated();

    private static ServiceError? ToolFault(JsonElement tool, string path)
    {
        if (tool.ValueKind != JsonValueKind.Object)
        {
            return ServiceError.Invalid($"{path}: Input should be a valid dictionary or object to extract fields from");
        }

        string? type = tool.TryGetProperty("type", out JsonElement given) && given.ValueKind != JsonValueKind.Null
            ? given.ToString()
            : null;
        if (type is not (null or "custom"))
        {
            return type == "mcp_toolset" || Dated().IsMatch(type) ? null : ServiceError.Invalid($"{path}: Input tag '{type}' found using "
                + "'type' does not match any of the expected tags");
        }

        foreach (JsonProperty field in tool.EnumerateObject())
        {
            if (!s_fields.Contains(field.Name))
            {
                return ServiceError.Invalid($"{path}.custom.{field.Name}: Extra inputs are not permitted");
            }
        }

        return Text(tool, "name") is not { } name ? ServiceError.Invalid($"{path}.custom.name: Field required")
            : !Name().IsMatch(name) ? ServiceError.Invalid($"{path}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'")
            : !tool.TryGetProperty("input_schema", out JsonElement input)
            ? ServiceError.Invalid($"{path}.custom.input_schema: Field required")
            : Text(input, "type") != "object" ? ServiceError.Invalid($"{path}.custom.input_schema.type: Input should be 'object'")
            : tool.TryGetProperty("strict", out JsonElement strict) && strict.ValueKind == JsonValueKind.True
            ? SchemaCheck.Fault(input, $"{path}.custom.input_schema")
            : null;
    }

    private static ServiceError? ChoiceFault(JsonElement parameters, HashSet<string?> names, bool hasToolset)
    {
        if (!parameters.TryGetProperty("tool_choice", out JsonElement choice) || choice.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (choice.ValueKind != JsonValueKind.Object)
        {
            return ServiceError.Invalid("tool_choice: Input should be a valid dictionary or object to extract fields from");
        }

        return Text(choice, "type") switch
        {
            "tool" when Text(choice, "name") is null => ServiceError.Invalid("tool_choice.tool.name: Field required"),
            "tool" when !hasToolset && !names.Contains(Text(choice, "name"))
                => ServiceError.Invalid($"Tool '{Text(choice, "name")}' not found in provided tools"),
            "auto" or "any" or "tool" or "none" => null,
            _ => ServiceError.Invalid("tool_choice: Input tag does not match any of the expected tags: 'auto', 'any', 'tool', 'none'"),
        };
    }

    private static string? Text(JsonElement of, string name)
        => of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
