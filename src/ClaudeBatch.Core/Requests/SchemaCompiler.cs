using System.Text.Json;

namespace ClaudeBatch.Core.Requests;

/// <summary>Reads a schema once, so that judging an answer looks up no keyword and no reference.</summary>
internal sealed class SchemaCompiler
{
    private readonly JsonElement _root;

    private readonly Dictionary<string, SchemaNode> _nodes = new(StringComparer.Ordinal);

    // Schemas that a reference leads to are read one after the other: a long chain of references would be too deep to go into.
    private readonly Queue<(SchemaNode Node, JsonElement Schema)> _left = [];

    private SchemaCompiler(JsonElement root) => _root = root;

    /// <summary>Gives the compiled schema, or the reason why no answer can be held against it.</summary>
    public static (SchemaNode? Root, string? Problem) Compile(ReadOnlyMemory<byte> json)
    {
        try
        {
            // The document is not disposed: its values are compared with those of the answers.
            SchemaCompiler compiler = new(JsonDocument.Parse(json).RootElement);
            SchemaNode root = compiler.Node("#", compiler._root);
            while (compiler._left.TryDequeue(out (SchemaNode Node, JsonElement Schema) next))
            {
                compiler.Read(next.Node, next.Schema);
            }

            return compiler.Circle() is { } circle
                ? (null, $"the schema at '{circle}' refers to itself without a step into the answer.")
                : (root, null);
        }
        catch (JsonException)
        {
            return (null, "the schema is not valid JSON.");
        }
        catch (InvalidOperationException e)
        {
            return (null, e.Message);
        }
    }

    private static InvalidOperationException Wrong(string place, string why) => new($"at '{place}' the schema {why}");

    private SchemaNode Node(string place, JsonElement schema)
    {
        if (!_nodes.TryGetValue(place, out SchemaNode? node))
        {
            node = new SchemaNode { Place = place };
            _nodes.Add(place, node);
            _left.Enqueue((node, schema));
        }

        return node;
    }

    private void Read(SchemaNode node, JsonElement schema)
    {
        switch (schema.ValueKind)
        {
            case JsonValueKind.True:
                break;
            case JsonValueKind.False:
                node.FitsNothing = true;
                break;
            case JsonValueKind.Object:
                foreach (JsonProperty keyword in schema.EnumerateObject())
                {
                    Read(node, keyword, schema);
                }

                break;
            default:
                throw Wrong(node.Place, "is no object.");
        }
    }

    private void Read(SchemaNode node, JsonProperty keyword, JsonElement schema)
    {
        string place = $"{node.Place}/{SchemaReference.Escape(keyword.Name)}";
        JsonElement value = keyword.Value;
        switch (keyword.Name)
        {
            case "type":
                node.Types = Types(place, value);
                break;
            case "enum":
                node.Values = [.. Items(place, value)];
                break;
            case "const":
                node.Value = value;
                break;
            case "required":
                node.Required = [.. Items(place, value).Select(n => Text(place, n))];
                break;
            case "properties":
                foreach (JsonProperty property in Members(place, value))
                {
                    node.Properties.Add(property.Name, Node($"{place}/{SchemaReference.Escape(property.Name)}", property.Value));
                }

                break;
            case "additionalProperties" when !schema.TryGetProperty("patternProperties", out _):
                node.Others = Node(place, value);
                break;
            case "items" when value.ValueKind != JsonValueKind.Array:
                node.Items = Node(place, value);
                break;
            case "items" or "prefixItems": // the list of schemas is the older form of the same
                node.FirstItems = Nodes(place, value);
                break;
            case "allOf":
                node.All = Nodes(place, value);
                break;
            case "anyOf":
                node.Any = Nodes(place, value);
                break;
            case "oneOf":
                node.One = Nodes(place, value);
                break;
            case "$ref":
                string reference = Text(place, value);
                node.Reference = Node(
                    SchemaReference.Place(reference),
                    SchemaReference.Resolve(_root, reference) ?? throw Wrong(place, $"refers to '{reference}', which is not in it."));
                break;
            case { } name when SchemaKeywords.Bounds(name):
                if (SchemaKeywords.Fault(name, value) is { } fault)
                {
                    throw Wrong(place, $"bounds nothing: {fault}");
                }

                (node.Bounds ??= new SchemaBounds()).Add(name, value);
                break;
        }
    }

    private SchemaNode[] Nodes(string place, JsonElement schemas)
        => [.. Items(place, schemas).Select((schema, i) => Node(FormattableString.Invariant($"{place}/{i}"), schema))];

    private static JsonTypes? Types(string place, JsonElement types)
    {
        if (types.ValueKind != JsonValueKind.Array)
        {
            return JsonType.Named(Text(place, types));
        }

        JsonTypes all = JsonTypes.None;
        foreach (JsonElement type in types.EnumerateArray())
        {
            if (JsonType.Named(Text(place, type)) is not { } known)
            {
                return null; // what a newer type means is the service's to judge
            }

            all |= known;
        }

        return all;
    }

    private static JsonElement.ArrayEnumerator Items(string place, JsonElement list)
        => list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : throw Wrong(place, "has no list.");

    private static JsonElement.ObjectEnumerator Members(string place, JsonElement table)
        => table.ValueKind == JsonValueKind.Object ? table.EnumerateObject() : throw Wrong(place, "has no object.");

    private static string Text(string place, JsonElement text)
        => text.ValueKind == JsonValueKind.String ? text.GetString()! : throw Wrong(place, "has no text.");

    // Takes away, again and again, the schemas that lead to no other one with the same value. What is left leads back to itself.
    private string? Circle()
    {
        Dictionary<SchemaNode, int> open = _nodes.Values.ToDictionary(static n => n, static n => n.SameValue.Count());
        ILookup<SchemaNode, SchemaNode> from = _nodes.Values.SelectMany(static n => n.SameValue.Select(to => (to, n)))
            .ToLookup(static e => e.to, static e => e.n);
        Queue<SchemaNode> done = new(open.Where(static o => o.Value == 0).Select(static o => o.Key));
        while (done.TryDequeue(out SchemaNode? node))
        {
            open.Remove(node);
            foreach (SchemaNode before in from[node])
            {
                if (--open[before] == 0)
                {
                    done.Enqueue(before);
                }
            }
        }

        // Of those that are left, some only lead to the circle; to go on along them long enough ends in it.
        SchemaNode? at = open.Keys.FirstOrDefault();
        for (int i = 0; at is not null && i < open.Count; i++)
        {
            at = at.SameValue.First(open.ContainsKey);
        }

        return at?.Place;
    }
}
