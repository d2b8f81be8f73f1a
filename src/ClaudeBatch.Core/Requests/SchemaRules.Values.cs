using System.Text.Json;

namespace ClaudeBatch.Core.Requests;

/// <content>What a schema says of a value itself: its types, its values, and the properties it has.</content>
internal sealed partial class SchemaRules
{
    // The types, where they are of the right kind.
    private List<string> Types(JsonElement schema, string path)
    {
        List<string> types = [];
        if (!schema.TryGetProperty("type", out JsonElement given))
        {
            return types;
        }

        JsonElement[] names = given.ValueKind == JsonValueKind.Array ? [.. given.EnumerateArray()] : [given];
        foreach (JsonElement name in names)
        {
            string? type = name.ValueKind == JsonValueKind.String ? name.GetString() : null;
            if (JsonType.Named(type) is null)
            {
                Fault(path, $"there is no type '{type ?? name.GetRawText()}'; there are {string.Join(", ", JsonType.Names)}.");
                return [];
            }

            types.Add(type!);
        }

        if (types.Count == 0 || types.Distinct(StringComparer.Ordinal).Count() < types.Count)
        {
            Fault(path, "'type' is the name of a type, or a list of several, each once.");
        }

        return types;
    }

    private void Enum(JsonElement schema, List<string> types, string path)
    {
        if (!schema.TryGetProperty("enum", out JsonElement values))
        {
            return;
        }

        if (values.ValueKind != JsonValueKind.Array || values.GetArrayLength() == 0)
        {
            Fault(path, "'enum' is a list of values, with one at least.");
            return;
        }

        if (values.EnumerateArray().Any(static v => v.ValueKind is JsonValueKind.Object or JsonValueKind.Array))
        {
            Fault(path, "an enum takes plain values only.");
            return;
        }

        JsonTypes wanted = types.Aggregate(JsonTypes.None, static (all, t) => all | JsonType.Named(t)!.Value);
        JsonElement other = values.EnumerateArray().FirstOrDefault(v => !wanted.HasFlag(JsonType.Of(v, wanted)));
        if (types.Count > 0 && other.ValueKind != JsonValueKind.Undefined)
        {
            Fault(path, $"the value {other.GetRawText()} of the enum is not of the type {JsonType.NameOf(wanted)}.");
        }
        else if (!_takesBounds && types.Contains("null") && !values.EnumerateArray().Any(static v => v.ValueKind == JsonValueKind.Null))
        {
            // Reported, not documented.
            Fault(path, "a list of types with null stands beside an enum without it; write anyOf of the enum and of null.");
        }
    }

    private void Required(JsonElement schema, bool isClosed, string path)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        if (schema.TryGetProperty("required", out JsonElement required))
        {
            if (required.ValueKind != JsonValueKind.Array || required.EnumerateArray().Any(static n => n.ValueKind != JsonValueKind.String))
            {
                Fault(path, "'required' is a list of names, also where there is only one.");
                return;
            }

            names.UnionWith(required.EnumerateArray().Select(static n => n.GetString()!));
        }

        bool hasProperties = schema.TryGetProperty("properties", out JsonElement properties)
            && properties.ValueKind == JsonValueKind.Object;
        Optional += hasProperties ? properties.EnumerateObject().Count(p => !names.Contains(p.Name)) : 0;
        string? unknown = names.FirstOrDefault(n => !(hasProperties && properties.TryGetProperty(n, out _)));
        if (isClosed && unknown is not null)
        {
            Fault(path, $"'required' names '{unknown}', which 'properties' has not; no answer could fit.");
        }
    }
}
