using System.Globalization;
using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>
/// Checks a schema of structured output against what the service's documentation lists as not supported. The words are this project's own:
/// none were recorded.
/// </summary>
internal sealed class SchemaCheck
{
    private const int MostDepth = 64;

    private static readonly string[] s_types = ["object", "array", "string", "number", "integer", "boolean", "null"];

    private static readonly string[] s_saying = ["type", "anyOf", "allOf", "oneOf", "enum", "const", "$ref"];

    private static readonly string[] s_formats =
        ["date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"];

    private static readonly string[] s_unsupported =
    [
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern", "maxItems",
        "uniqueItems", "minProperties", "maxProperties", "patternProperties", "not", "if", "then", "else",
    ];

    private readonly JsonElement _root;

    private readonly HashSet<string> _above = new(StringComparer.Ordinal);

    private SchemaCheck(JsonElement root) => _root = root;

    /// <returns>The error, or null when the service would take the schema.</returns>
    public static ServiceError? Fault(JsonElement schema, string path)
        => new SchemaCheck(schema).Find(schema, path, 0) is { } fault ? ServiceError.Invalid(fault) : null;

    private string? Find(JsonElement schema, string path, int depth)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return $"{path}: Input should be a valid dictionary";
        }

        if (depth > MostDepth)
        {
            return "Schema is too complex for compilation.";
        }

        if (!s_saying.Any(k => schema.TryGetProperty(k, out _)))
        {
            return $"{path}: Schema must have a 'type', 'anyOf', 'enum' or '$ref'";
        }

        return TypeFault(schema, path)
            ?? schema.EnumerateObject().Select(k => KeywordFault(k, path, depth)).FirstOrDefault(static f => f is not null);
    }

    private static string? TypeFault(JsonElement schema, string path)
    {
        JsonElement type = schema.TryGetProperty("type", out JsonElement given) ? given : default;
        JsonElement[] all = type.ValueKind switch
        {
            JsonValueKind.Undefined => [],
            JsonValueKind.Array => [.. type.EnumerateArray()],
            _ => [type],
        };
        string?[] names = [.. all.Select(static t => t.ValueKind == JsonValueKind.String ? t.GetString() : null)];
        if (names.Any(static n => !s_types.Contains(n)) || (type.ValueKind == JsonValueKind.Array && names.Length == 0))
        {
            return $"{path}: Unknown type";
        }

        bool isClosed = schema.TryGetProperty("additionalProperties", out JsonElement more) && more.ValueKind == JsonValueKind.False;
        if (names.Contains("object") && !isClosed)
        {
            return $"{path}: For 'object' type, 'additionalProperties' must be explicitly set to false";
        }

        bool hasNull = schema.TryGetProperty("enum", out JsonElement values) && values.ValueKind == JsonValueKind.Array
            && values.EnumerateArray().Any(static v => v.ValueKind == JsonValueKind.Null);
        return names.Length > 1 && names.Contains("null") && values.ValueKind == JsonValueKind.Array && !hasNull
            ? $"{path}: Enum values do not fit the list of types"
            : null;
    }

    private string? KeywordFault(JsonProperty keyword, string path, int depth)
    {
        JsonElement value = keyword.Value;
        switch (keyword.Name)
        {
            case "properties" or "$defs" or "definitions":
                return value.ValueKind != JsonValueKind.Object
                    ? $"{path}.{keyword.Name}: Input should be a valid dictionary"
                    : value.EnumerateObject().Select(m => Find(m.Value, $"{path}.{keyword.Name}.{m.Name}", depth + 1))
                        .FirstOrDefault(static f => f is not null);
            case "items":
                return Find(value, $"{path}.items", depth + 1);
            case "anyOf" or "allOf" or "oneOf":
                return value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0
                    ? $"{path}.{keyword.Name}: Input should be a valid list"
                    : value.EnumerateArray()
                        .Select((o, i) => keyword.Name == "allOf" && o.ValueKind == JsonValueKind.Object && o.TryGetProperty("$ref", out _)
                            ? $"{path}.allOf: '$ref' is not supported in allOf"
                            : Find(o, string.Create(CultureInfo.InvariantCulture, $"{path}.{keyword.Name}.{i}"), depth + 1))
                        .FirstOrDefault(static f => f is not null);
            case "required":
                return value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(static n => n.ValueKind == JsonValueKind.String)
                    ? null
                    : $"{path}.required: Input should be a valid list";
            case "enum":
                return value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0
                    || value.EnumerateArray().Any(static v => v.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
                    ? $"{path}.enum: Input should be a list of plain values"
                    : null;
            case "format":
                return value.ValueKind == JsonValueKind.String && s_formats.Contains(value.GetString())
                    ? null
                    : $"{path}: Format is not supported";
            case "minItems":
                return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int least) && least is 0 or 1
                    ? null
                    : $"{path}: For 'array' type, 'minItems' values other than 0 or 1 are not supported";
            case "$ref":
                return Reference(value, path, depth);
            default:
                return s_unsupported.Contains(keyword.Name) ? $"{path}: property '{keyword.Name}' is not supported" : null;
        }
    }

    private string? Reference(JsonElement value, string path, int depth)
    {
        string? reference = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        if (reference?.StartsWith('#') != true)
        {
            return $"{path}.$ref: External references are not supported";
        }

        JsonElement target = _root;
        foreach (string step in reference[1..].Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (target.ValueKind != JsonValueKind.Object || !target.TryGetProperty(step, out target))
            {
                return $"{path}.$ref: '{reference}' not found";
            }
        }

        if (!_above.Add(reference))
        {
            return $"{path}.$ref: Recursive schemas are not supported";
        }

        string? fault = Find(target, path, depth + 1);
        _above.Remove(reference);
        return fault;
    }
}
