using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ClaudeBatch.Core.Requests;

/// <summary>Finds what the service would refuse about the <c>tools</c> of a request, whatever the model.</summary>
/// <remarks>
/// The form of a tool is that of the API reference and the official SDK's types, as of 2026-11-27. The service's own tools have a type that
/// ends with a date; of those nothing more is checked, because each has fields of its own and there are newer ones.
/// </remarks>
internal sealed partial class ToolRules
{
    /// <summary>The most tools of a request that may be <c>strict</c> (documentation, "Structured outputs").</summary>
    private const int MostStrict = 20;

    private static readonly string[] s_fields =
    [
        "name", "description", "input_schema", "strict", "cache_control", "type", "allowed_callers", "defer_loading",
        "eager_input_streaming", "input_examples",
    ];

    // What other vendors, and MCP, call the parts of a tool.
    private static readonly string[] s_foreign =
        ["function", "parameters", "inputSchema", "functionDeclarations", "function_declarations", "toolSpec", "toolspec"];

    private readonly List<RequestFault> _faults = [];

    private readonly List<string> _names = [];

    public static ToolRules None { get; } = new();

    public IReadOnlyList<RequestFault> Faults => _faults;

    /// <summary>The names by which a choice can name a tool.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Whether there are tools whose names the request does not list, as those of a toolset are.</summary>
    public bool HasOtherNames { get; private set; }

    /// <summary>The number of strict tools.</summary>
    public int Strict { get; private set; }

    /// <summary>The optional properties of the strict tools' schemas.</summary>
    public int Optional { get; private set; }

    /// <summary>The values of several types in the strict tools' schemas.</summary>
    public int Unions { get; private set; }

    /// <summary>Reads the tools of a request; anything but a list has none.</summary>
    public static ToolRules Of(JsonElement tools)
    {
        ToolRules rules = new();
        int i = 0;
        foreach (JsonElement tool in tools.ValueKind == JsonValueKind.Array ? tools.EnumerateArray() : default)
        {
            rules.Tool(tool, string.Create(CultureInfo.InvariantCulture, $"tools[{i++}]"));
        }

        foreach (string fault in StrictFaults(rules.Strict))
        {
            rules.Fault("tools", fault);
        }

        return rules;
    }

    /// <summary>Says whether more tools of a request are strict than may be.</summary>
    internal static IEnumerable<string> StrictFaults(int strict)
    {
        if (strict > MostStrict)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{strict} of them are strict; at most {MostStrict} may be.");
        }
    }

    [GeneratedRegex(@"_[0-9]{8}\z")]
    private static partial Regex Dated();

    private void Fault(string path, string why) => _faults.Add(new RequestFault("ToolInvalid", $"{path}: {why}", IsError: true));

    private void Tool(JsonElement tool, string path)
    {
        if (tool.ValueKind != JsonValueKind.Object)
        {
            Fault(path, "a tool is an object with a name and an input_schema.");
            return;
        }

        string? type = Text(tool, "type");
        string? name = Text(tool, "name");
        bool isForeign = Array.Find(s_foreign, f => tool.TryGetProperty(f, out _)) is not null
            || (tool.TryGetProperty("type", out JsonElement given) && given.ValueKind is not (JsonValueKind.String or JsonValueKind.Null));
        if (type is not (null or "custom"))
        {
            if (type == "mcp_toolset" || Dated().IsMatch(type))
            {
                _names.AddRange(name is null ? [] : [name]);
                HasOtherNames |= type.Contains("toolset", StringComparison.Ordinal);
                return;
            }

            isForeign = true;
        }

        if (isForeign)
        {
            Fault(path, "it has the form of another vendor's tools. Here a tool is @{ name = '…'; description = '…'; input_schema = "
                + "@{ type = 'object'; … } }, without a type of its own.");
            return;
        }

        _names.AddRange(name is null ? [] : [name]);
        if (name is null || !ToolSchemas.IsName(name))
        {
            Fault(path, name is null
                ? "it has no name."
                : $"its name '{name}' is not 1 to 128 letters, digits, hyphens and underscores.");
        }

        Input(tool, path);
        if (tool.TryGetProperty("allowed_callers", out JsonElement callers) && callers.ValueKind == JsonValueKind.Array
            && callers.EnumerateArray().Any(static c => c.ValueKind == JsonValueKind.String
                && c.GetString()!.StartsWith("code_execution", StringComparison.Ordinal)))
        {
            // Documentation, "Programmatic tool calling": the code gets a TimeoutError after about four minutes.
            Fault(
                $"{path}.allowed_callers",
                "code that runs at the service would call the tool and wait some minutes for it, and a batch takes longer. Leave "
                    + "allowed_callers out, or name 'direct' alone.");
        }

        foreach (JsonProperty field in tool.EnumerateObject().Where(static f => !s_fields.Contains(f.Name)))
        {
            _faults.Add(new RequestFault(
                "FieldUnknown",
                $"'{path}.{field.Name}' is not a field of a tool that is known here; the service refuses fields it does not know.",
                IsError: false));
        }
    }

    private void Input(JsonElement tool, string path)
    {
        if (!tool.TryGetProperty("input_schema", out JsonElement input) || input.ValueKind != JsonValueKind.Object
            || Text(input, "type") != "object")
        {
            Fault(path, "its input_schema is to be a JSON schema of the type 'object'.");
            return;
        }

        if (tool.TryGetProperty("strict", out JsonElement strict) && strict.ValueKind == JsonValueKind.True)
        {
            Strict++;
            SchemaRules rules = SchemaRules.Of(input, $"{path}.input_schema");
            Optional += rules.Optional;
            Unions += rules.Unions;
            _faults.AddRange(rules.Faults.Select(static f => new RequestFault(
                "ToolInvalid", $"The service would refuse the schema of a strict tool: {f}", IsError: true)));
        }
        else if (input.TryGetProperty("properties", out JsonElement properties) && (properties.ValueKind != JsonValueKind.Object
            || properties.EnumerateObject().Any(static p => p.Value.ValueKind is not (
                JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False))))
        {
            Fault(
                $"{path}.input_schema",
                "'properties' is an object with a schema for each name, such as @{ city = @{ type = 'string' } }.");
        }
    }

    private static string? Text(JsonElement of, string name)
        => of.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
