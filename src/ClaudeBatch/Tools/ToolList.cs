using System.Text.Json.Nodes;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Rows;

namespace ClaudeBatch.Tools;

/// <summary>Makes the <c>tools</c> of a request from what a user gives: commands, tools made of them, and objects of the API, mixed.</summary>
internal static class ToolList
{
    /// <summary>Makes the list.</summary>
    /// <param name="given">What the user gives, in the order of the list.</param>
    /// <param name="maker">Makes the tools of commands.</param>
    /// <param name="outputSchema">The schema of the answer in the same requests; null where there is none.</param>
    /// <exception cref="ClaudeBatchException"><c>ToolNameTwice</c>: two tools have the same name. Those of <see cref="ToolMaker.Make"/>
    /// and <see cref="SharedValue.Of"/>.</exception>
    public static JsonArray Of(object[] given, ToolMaker maker, JsonNode? outputSchema)
    {
        ClaudeTool?[] made = [.. given.Select(g => ClaudeTool.From(g) ?? (ToolSource.From(g) is { } source ? maker.Make(source) : null))];
        JsonArray own = SharedValue.Of(given.Where((_, i) => made[i] is null).ToArray(), "Tool")!.AsArray();
        Queue<ClaudeTool> commands = new(Decided([.. made.OfType<ClaudeTool>()], own, outputSchema, maker.Explain));
        JsonNode?[] others = [.. own];
        own.Clear();
        Queue<JsonNode?> rest = new(others);
        bool hasCommands = commands.Count > 0;
        JsonArray tools = [.. made.Select(m => m is null ? rest.Dequeue() : commands.Dequeue().ToJson())];
        RefuseTwins(tools, hasCommands);
        return tools;
    }

    /// <summary>Makes all tools strict, or none where the service would not take them all so.</summary>
    /// <param name="tools">Tools made of commands.</param>
    /// <param name="others">The other tools of the request.</param>
    /// <param name="outputSchema">The schema of the answer; null where there is none.</param>
    /// <param name="explain">Takes what was decided.</param>
    public static IReadOnlyList<ClaudeTool> Decided(
        IReadOnlyList<ClaudeTool> tools, JsonArray others, JsonNode? outputSchema, Action<string> explain)
    {
        if (tools.Count == 0)
        {
            return [];
        }

        ClaudeTool[] loose = [.. tools.Select(static t => t.With(isStrict: false))];
        string? why = ToolSchemas.WhyNotStrict(loose.Select(static t => t.ToJson()), others, outputSchema);
        string names = string.Join(", ", tools.Select(static t => t.Name));
        explain(why is null
            ? $"Strict, so that the service holds each call to the schema: {names}."
            : $"Not strict, because the service would not take them all so: {names}. {why}");
        return why is null ? [.. loose.Select(static t => t.With(isStrict: true))] : loose;
    }

    // A command is found by its name in any case.
    private static void RefuseTwins(JsonArray tools, bool hasCommands)
    {
        HashSet<string> names = new(hasCommands ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        foreach (JsonObject tool in tools.OfType<JsonObject>())
        {
            if (tool["name"] is JsonValue value && value.TryGetValue(out string? name) && !names.Add(name))
            {
                throw new ClaudeBatchException(
                    FailureKind.InvalidArgument,
                    "ToolNameTwice",
                    $"Two tools have the name '{name}', and a call says the name alone. Leave one out, or put a function with another name "
                        + "around one.")
                { Target = name };
            }
        }
    }
}
