using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ClaudeBatch.Core.Requests;

/// <summary>What the service takes of tools that are made here: their names, their schemas, and how many of them may be strict.</summary>
public static partial class ToolSchemas
{
    /// <summary>Whether the service takes the name for a tool's.</summary>
    public static bool IsName(string name) => Name().IsMatch(name);

    /// <summary>Whether the service takes the name for a property's of a tool's input.</summary>
    public static bool IsPropertyName(string name) => PropertyName().IsMatch(name);

    /// <summary>Gives a schema as it is sent: what bounds a value is said in its description.</summary>
    public static JsonObject Sent(JsonObject schema) => OutputSchema.Said(JsonNode.Parse(schema.ToJsonString())!.AsObject());

    /// <summary>Says why the service would not take all of the tools as strict ones; null where it would.</summary>
    /// <param name="tools">The tools in question.</param>
    /// <param name="others">The other tools of the request.</param>
    /// <param name="outputSchema">The schema of the request's answer; null where it has none.</param>
    public static string? WhyNotStrict(IEnumerable<JsonObject> tools, JsonArray others, JsonNode? outputSchema)
    {
        List<ToolRules> own = [];
        foreach (JsonObject tool in tools)
        {
            JsonObject strict = tool.DeepClone().AsObject();
            strict["strict"] = true;
            own.Add(Rules([strict]));
        }

        ToolRules beside = Rules(others);
        SchemaRules? answer = outputSchema is null ? null : SchemaRules.Of(Element(outputSchema));
        string[] faults =
        [
            .. ToolRules.StrictFaults(own.Count + beside.Strict),
            .. OutputSchema.CountFaults(
                own.Sum(static r => r.Optional) + beside.Optional + (answer?.Optional ?? 0),
                own.Sum(static r => r.Unions) + beside.Unions + (answer?.Unions ?? 0)),
            .. own.SelectMany(static r => r.Faults).Where(static f => f.IsError).Select(static f => f.Message),
        ];
        return faults.Length == 0 ? null : OutputSchema.Told(faults);
    }

    [GeneratedRegex(@"^[a-zA-Z0-9_-]{1,128}\z")]
    private static partial Regex Name();

    // The service refuses other keys of 'properties', in tools that are not strict, too.
    [GeneratedRegex(@"^[a-zA-Z0-9_.-]{1,64}\z")]
    private static partial Regex PropertyName();

    private static ToolRules Rules(JsonArray tools) => ToolRules.Of(Element(tools));

    private static JsonElement Element(JsonNode node)
    {
        using JsonDocument document = JsonDocument.Parse(Encoding.UTF8.GetBytes(node.ToJsonString()), new() { MaxDepth = int.MaxValue });
        return document.RootElement.Clone();
    }
}
