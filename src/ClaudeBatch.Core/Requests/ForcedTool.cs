using System.Text.Json;

namespace ClaudeBatch.Core.Requests;

/// <summary>The tool that a request leaves its answer no choice but to call. What such a call passes to the tool is the answer itself.</summary>
public sealed class ForcedTool
{
    private readonly ReadOnlyMemory<byte> _schema;

    private ForcedTool(string? name, ReadOnlyMemory<byte> schema)
    {
        (Name, _schema) = (name, schema);
        InputSchema = new AnswerSchema(schema);
    }

    /// <summary>What a request says that forces no tool of the user's own.</summary>
    public static ForcedTool None { get; } = new(null, default);

    /// <summary>The name of the tool; null where none is forced.</summary>
    public string? Name { get; }

    /// <summary>The schema that the input of the call is to fit.</summary>
    internal AnswerSchema InputSchema { get; }

    /// <summary>
    /// Finds the tool that a request forces: the one that its <c>tool_choice</c> names, or its only tool where it must call any. Tools
    /// without an <c>input_schema</c> are the service's own, whose input is something to be done and no answer.
    /// </summary>
    /// <param name="item">The request, which is known to be valid.</param>
    public static ForcedTool Of(ReadOnlyMemory<byte> item)
    {
        ReadOnlyMemory<byte> choice = item[ParamsEdit.Value(item.Span, "params", "tool_choice")];
        ReadOnlyMemory<byte> tools = item[ParamsEdit.Value(item.Span, "params", "tools")];
        if (choice.IsEmpty || tools.IsEmpty)
        {
            return None;
        }

        using JsonDocument chosen = JsonDocument.Parse(choice);
        JsonDocumentOptions anyDepth = new() { MaxDepth = int.MaxValue };
        using JsonDocument given = JsonDocument.Parse(tools, anyDepth);
        if (chosen.RootElement.ValueKind != JsonValueKind.Object || given.RootElement.ValueKind != JsonValueKind.Array)
        {
            return None;
        }

        string? name = Text(chosen.RootElement, "type") switch
        {
            "tool" => Text(chosen.RootElement, "name"),
            "any" when given.RootElement.GetArrayLength() == 1 => Text(given.RootElement[0], "name"),
            _ => null,
        };
        foreach (JsonElement tool in given.RootElement.EnumerateArray())
        {
            if (name is not null && Text(tool, "name") == name && tool.TryGetProperty("input_schema", out JsonElement schema))
            {
                return new ForcedTool(name, JsonSerializer.SerializeToUtf8Bytes(schema, EditJson.Default.JsonElement));
            }
        }

        return None;
    }

    /// <summary>Tells whether both are the same tool, so that one schema serves for the answers to both requests.</summary>
    internal bool IsSame(ForcedTool other) => Name == other.Name && _schema.Span.SequenceEqual(other._schema.Span);

    private static string? Text(JsonElement of, string name)
        => of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
