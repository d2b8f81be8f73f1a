using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ClaudeBatch.Core.Requests;

/// <summary>JSON schemas as the service takes them for structured output. Whether an answer fits one is <see cref="AnswerSchema"/>'s.</summary>
/// <remarks>Restrictions: the service's documentation of structured outputs. Anything else of JSON Schema is left to the service.</remarks>
public static partial class OutputSchema
{
    private const int MostOptional = 24;

    private const int MostUnions = 16;

    private static readonly HashSet<string> s_refused = new(StringComparer.Ordinal)
    {
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "maxItems", "uniqueItems",
        "minProperties", "maxProperties", "patternProperties", "not", "if", "then", "else",
    };

    private static readonly HashSet<string> s_formats = new(StringComparer.Ordinal)
    {
        "date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid",
    };

    /// <summary>Says what the service would refuse about a schema, one text with a path for each fault; empty when there is none.</summary>
    public static IReadOnlyList<string> Faults(JsonElement schema)
    {
        Walk walk = new();
        try
        {
            walk.Schema(schema, "$");
            Recursion(schema, walk);
        }
        catch (InvalidOperationException)
        {
            walk.Faults.Add("$: a keyword has a value of another kind than JSON Schema gives it.");
        }

        if (walk.Optional > MostOptional)
        {
            walk.Faults.Add(
                string.Create(CultureInfo.InvariantCulture, $"$: {walk.Optional} properties are optional; at most {MostOptional} may be."));
        }

        if (walk.Unions > MostUnions)
        {
            walk.Faults
                .Add(string.Create(CultureInfo.InvariantCulture, $"$: {walk.Unions} values have several types; at most {MostUnions} may."));
        }

        return walk.Faults;
    }

    // A definition that comes back to itself.
    private static void Recursion(JsonElement root, Walk walk)
    {
        foreach (string start in walk.References.Distinct(StringComparer.Ordinal))
        {
            HashSet<string> seen = new(StringComparer.Ordinal);
            Queue<string> next = new([start]);
            while (next.TryDequeue(out string? reference))
            {
                if (SchemaReference.Resolve(root, reference) is not { } target)
                {
                    continue;
                }

                Walk inner = new();
                inner.Schema(target, reference);
                foreach (string further in inner.References)
                {
                    if (further == start)
                    {
                        walk.Faults.Add($"{start}: it contains itself; the service takes no recursive schemas.");
                        next.Clear();
                        break;
                    }

                    if (seen.Add(further))
                    {
                        next.Enqueue(further);
                    }
                }
            }
        }
    }

    [GeneratedRegex(@"\(\?[=!<]|\\[1-9]|\\b")]
    private static partial Regex RefusedPattern();

    private sealed class Walk
    {
        public List<string> Faults { get; } = [];

        public List<string> References { get; } = [];

        public int Optional { get; private set; }

        public int Unions { get; private set; }

        public void Schema(JsonElement schema, string path)
        {
            if (schema.ValueKind != JsonValueKind.Object)
            {
                Faults.Add($"{path}: a schema is an object.");
                return;
            }

            foreach (JsonProperty keyword in schema.EnumerateObject())
            {
                Keyword(keyword, path);
            }

            bool isObject = schema.TryGetProperty("type", out JsonElement type) && type.ValueKind == JsonValueKind.String
                && type.ValueEquals("object");
            if (isObject && !(schema.TryGetProperty("additionalProperties", out JsonElement more) && more.ValueKind == JsonValueKind.False))
            {
                Faults.Add($"{path}: an object needs \"additionalProperties\": false.");
            }

            Unions += type.ValueKind == JsonValueKind.Array || schema.TryGetProperty("anyOf", out _) ? 1 : 0;
            if (schema.TryGetProperty("properties", out JsonElement properties) && properties.ValueKind == JsonValueKind.Object)
            {
                HashSet<string?> required = schema.TryGetProperty("required", out JsonElement names)
                    ? [.. names.EnumerateArray().Select(static n => n.GetString())]
                    : [];
                foreach (JsonProperty property in properties.EnumerateObject())
                {
                    Optional += required.Contains(property.Name) ? 0 : 1;
                    Schema(property.Value, $"{path}.{property.Name}");
                }
            }
        }

        private void Keyword(JsonProperty keyword, string path)
        {
            switch (keyword.Name)
            {
                case "items":
                    Schema(keyword.Value, $"{path}[]");
                    break;
                case "anyOf" or "allOf" or "oneOf":
                    int i = 0;
                    foreach (JsonElement option in keyword.Value.EnumerateArray())
                    {
                        Schema(option, string.Create(CultureInfo.InvariantCulture, $"{path}.{keyword.Name}[{i++}]"));
                        if (keyword.Name == "allOf" && option.TryGetProperty("$ref", out _))
                        {
                            Faults.Add($"{path}: allOf takes no $ref.");
                        }
                    }

                    break;
                case "$defs" or "definitions":
                    foreach (JsonProperty definition in keyword.Value.EnumerateObject())
                    {
                        Schema(definition.Value, $"#/{keyword.Name}/{definition.Name}");
                    }

                    break;
                case "$ref":
                    string reference = keyword.Value.GetString() ?? string.Empty;
                    References.Add(reference);
                    if (!reference.StartsWith('#'))
                    {
                        Faults.Add($"{path}: '{reference}' lies outside of the schema.");
                    }

                    break;
                case "minItems" when !(keyword.Value.TryGetInt32(out int least) && least is 0 or 1):
                    Faults.Add($"{path}: minItems may be 0 or 1.");
                    break;
                case "format" when keyword.Value.GetString() is { } format && !s_formats.Contains(format):
                    Faults.Add($"{path}: the format '{format}' is not taken; these are: {string.Join(", ", s_formats)}.");
                    break;
                case "pattern" when keyword.Value.GetString() is { } pattern && RefusedPattern().IsMatch(pattern):
                    Faults.Add($"{path}: the pattern looks around, back, or at word boundaries, which is not taken.");
                    break;
                case "enum" when keyword.Value.EnumerateArray().Any(static v => v.ValueKind is JsonValueKind.Object or JsonValueKind.Array):
                    Faults.Add($"{path}: an enum takes plain values only.");
                    break;
                default:
                    if (s_refused.Contains(keyword.Name))
                    {
                        Faults.Add($"{path}: '{keyword.Name}' is not taken.");
                    }

                    break;
            }
        }
    }
}
