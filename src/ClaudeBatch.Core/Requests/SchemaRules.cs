using System.Globalization;
using System.Text.Json;

namespace ClaudeBatch.Core.Requests;

/// <summary>Finds what the service would refuse about a schema, in one walk over it. Each fault begins with its path in the schema.</summary>
/// <remarks>
/// The restrictions are those of the service's documentation of structured outputs, and what JSON Schema itself says of the kinds of its
/// keywords. A keyword that is not known here is the service's to judge.
/// </remarks>
internal sealed partial class SchemaRules
{
    private static readonly HashSet<string> s_refused = new(StringComparer.Ordinal)
    {
        "patternProperties", "not", "if", "then", "else",
    };

    // One of them at least says what a value is.
    private static readonly string[] s_saying = ["type", "anyOf", "allOf", "oneOf", "enum", "const", "$ref"];

    private static readonly string[] s_formats =
        ["date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"];

    private readonly JsonElement _root;

    private readonly bool _takesBounds;

    private readonly List<string> _faults = [];

    private readonly List<string> _references = [];

    private SchemaRules(JsonElement root, bool takesBounds) => (_root, _takesBounds) = (root, takesBounds);

    /// <summary>The number of properties that an answer may leave out.</summary>
    public int Optional { get; private set; }

    /// <summary>The number of values that may have one of several types.</summary>
    public int Unions { get; private set; }

    /// <summary>The faults, a sentence or two each; empty where there are none.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>Walks over a schema.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="path">What the paths begin with.</param>
    /// <param name="takesBounds">Whether keywords that bound a value are no fault, because they are not sent.</param>
    public static SchemaRules Of(JsonElement schema, string path = "$", bool takesBounds = false)
    {
        SchemaRules rules = new(schema, takesBounds);
        rules.Schema(schema, path);
        if (rules._faults.Count == 0)
        {
            rules.Recursion(path); // what is of the wrong kind has no references that could be followed
        }

        return rules;
    }

    private void Fault(string path, string why) => _faults.Add($"{path}: {why}");

    private void Schema(JsonElement schema, string path)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            Fault(path, schema.ValueKind == JsonValueKind.String
                ? $"a schema is an object; write {{\"type\":\"{schema.GetString()}\"}} in place of the text '{schema.GetString()}'."
                : "a schema is an object.");
            return;
        }

        if (!s_saying.Any(k => schema.TryGetProperty(k, out _)))
        {
            Fault(path, NothingSaid(schema));
        }

        foreach (JsonProperty keyword in schema.EnumerateObject())
        {
            Keyword(keyword, path);
        }

        List<string> types = Types(schema, path);
        Unions += types.Count > 1 || schema.TryGetProperty("anyOf", out _) ? 1 : 0;
        bool isClosed = schema.TryGetProperty("additionalProperties", out JsonElement more) && more.ValueKind == JsonValueKind.False;
        if (types.Contains("object") && !isClosed)
        {
            Fault(path, "an object needs \"additionalProperties\": false.");
        }

        Enum(schema, types, path);
        Required(schema, isClosed, path);
    }

    private static string NothingSaid(JsonElement schema)
    {
        const string says = "nothing says what the value is: it has no 'type', 'anyOf', 'enum' or '$ref'.";
        return schema.EnumerateObject().Select(static k => k.Name).FirstOrDefault() is { } name && !IsKeyword(name)
            ? $"{says} Where '{name}' is a property of the answer, it stands under 'properties', beside 'type': 'object'."
            : says;
    }

    private static bool IsKeyword(string name) => name is "description" or "title" or "default" or "properties" or "required" or "items"
        or "additionalProperties" or "format" or "$defs" or "definitions" or "$schema" or "$id" or "$comment" or "examples" or "prefixItems"
        || s_refused.Contains(name) || SchemaKeywords.Bounds(name);

    private void Keyword(JsonProperty keyword, string path)
    {
        JsonElement value = keyword.Value;
        switch (keyword.Name)
        {
            case "items":
                Schema(value, $"{path}[]");
                break;
            case "anyOf" or "allOf" or "oneOf" or "prefixItems":
                Alternatives(keyword, path);
                break;
            case "properties":
                Members(keyword, path, name => $"{path}.{name}");
                break;
            case "$defs" or "definitions":
                Members(keyword, path, name => $"#/{keyword.Name}/{name}");
                break;
            case "$ref":
                Reference(value, path);
                break;
            case "format":
                Format(value, path);
                break;
            case "description" or "title" when value.ValueKind != JsonValueKind.String:
                Fault(path, $"'{keyword.Name}' is a text.");
                break;
            default:
                if (s_refused.Contains(keyword.Name))
                {
                    Fault(path, $"'{keyword.Name}' is not taken.");
                }
                else if (SchemaKeywords.IsRefused(keyword.Name, value))
                {
                    Bound(keyword, path);
                }

                break;
        }
    }

    private void Bound(JsonProperty keyword, string path)
    {
        if (SchemaKeywords.Fault(keyword.Name, keyword.Value) is { } fault)
        {
            Fault(path, fault);
        }
        else if (!_takesBounds)
        {
            Fault(path, keyword.Name == "minItems"
                ? "minItems may be 0 or 1."
                : $"'{keyword.Name}' is not taken; say it in the description, or give the schema with -OutputSchema, which does so.");
        }
    }

    private void Alternatives(JsonProperty keyword, string path)
    {
        if (keyword.Value.ValueKind != JsonValueKind.Array || keyword.Value.GetArrayLength() == 0)
        {
            Fault(path, $"'{keyword.Name}' is a list of schemas, with one at least.");
            return;
        }

        int i = 0;
        foreach (JsonElement option in keyword.Value.EnumerateArray())
        {
            string place = string.Create(CultureInfo.InvariantCulture, $"{path}.{keyword.Name}[{i++}]");
            Schema(option, place);
            if (keyword.Name == "allOf" && option.ValueKind == JsonValueKind.Object && option.TryGetProperty("$ref", out _))
            {
                Fault(place, "allOf takes no $ref.");
            }
        }
    }

    private void Members(JsonProperty keyword, string path, Func<string, string> place)
    {
        if (keyword.Value.ValueKind != JsonValueKind.Object)
        {
            Fault(path, $"'{keyword.Name}' is an object with a schema for each name.");
            return;
        }

        foreach (JsonProperty member in keyword.Value.EnumerateObject())
        {
            Schema(member.Value, place(member.Name));
        }
    }

    private void Reference(JsonElement value, string path)
    {
        string? reference = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        if (reference?.StartsWith('#') != true)
        {
            Fault(path, reference is null ? "'$ref' is a text, such as '#/$defs/item'." : $"'{reference}' lies outside of the schema.");
        }
        else if (SchemaReference.Resolve(_root, reference) is null)
        {
            Fault(path, $"'{reference}' leads to nothing in the schema.");
        }
        else
        {
            _references.Add(SchemaReference.Place(reference));
        }
    }

    private void Format(JsonElement value, string path)
    {
        string? format = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        if (!s_formats.Contains(format))
        {
            Fault(path, $"the format '{format ?? value.GetRawText()}' is not taken; these are: {string.Join(", ", s_formats)}.");
        }
    }

    // A schema that comes back to itself through its references.
    private void Recursion(string path)
    {
        Dictionary<string, IReadOnlyList<string>> onward = new(StringComparer.Ordinal);
        foreach (string start in _references.Distinct(StringComparer.Ordinal))
        {
            HashSet<string> seen = new(StringComparer.Ordinal);
            Queue<string> next = new([start]);
            while (next.TryDequeue(out string? reference))
            {
                if (!onward.TryGetValue(reference, out IReadOnlyList<string>? further))
                {
                    SchemaRules inner = new(_root, takesBounds: true);
                    inner.Schema(SchemaReference.Resolve(_root, reference)!.Value, reference);
                    onward[reference] = further = inner._references;
                }

                if (further.Contains(start))
                {
                    Fault(start == "#" ? path : start, "it contains itself; the service takes no recursive schemas.");
                    break;
                }

                foreach (string one in further.Where(seen.Add))
                {
                    next.Enqueue(one);
                }
            }
        }
    }
}
