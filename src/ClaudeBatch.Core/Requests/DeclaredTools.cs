using System.Text.Json;

namespace ClaudeBatch.Core.Requests;

/// <summary>The tools that a request declares, by their names.</summary>
public sealed class DeclaredTools
{
    private readonly ReadOnlyMemory<byte> _json;

    private readonly Dictionary<string, ReadOnlyMemory<byte>> _schemas = new(StringComparer.Ordinal);

    private DeclaredTools(ReadOnlyMemory<byte> json) => _json = json;

    /// <summary>The schema of a tool that takes what its kind takes, which the request does not say.</summary>
    private static ReadOnlyMemory<byte> AnyInput { get; } = "{}"u8.ToArray();

    /// <summary>Reads the tools of a request.</summary>
    /// <param name="item">The request, which is known to be valid.</param>
    /// <param name="last">Those of another request, which are given again where they are the same bytes; null where there is none.</param>
    public static DeclaredTools Of(ReadOnlyMemory<byte> item, DeclaredTools? last)
    {
        ReadOnlyMemory<byte> json = item[ParamsEdit.Value(item.Span, "params", "tools")];
        if (last is not null && last._json.Span.SequenceEqual(json.Span))
        {
            return last;
        }

        DeclaredTools tools = new(json.ToArray());
        if (!json.IsEmpty)
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = int.MaxValue });
            foreach (JsonElement tool in document.RootElement is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : default)
            {
                if (tool.ValueKind == JsonValueKind.Object && tool.TryGetProperty("name", out JsonElement name)
                    && name.ValueKind == JsonValueKind.String)
                {
                    tools._schemas[name.GetString()!] = tool.TryGetProperty("input_schema", out JsonElement schema)
                        ? JsonSerializer.SerializeToUtf8Bytes(schema, EditJson.Default.JsonElement)
                        : AnyInput;
                }
            }
        }

        return tools;
    }

    /// <summary>Gives the schema of what a tool takes; null where the request does not declare it.</summary>
    public ReadOnlyMemory<byte>? SchemaOf(string name)
        // Without the cast null would convert to byte[], and from there to empty memory that is not null.
        => _schemas.TryGetValue(name, out ReadOnlyMemory<byte> schema) ? schema : (ReadOnlyMemory<byte>?)null;
}
