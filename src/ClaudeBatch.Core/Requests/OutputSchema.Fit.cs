using System.Globalization;
using System.Text.Json;

namespace ClaudeBatch.Core.Requests;

/// <content>The check of an answer against a schema.</content>
public static partial class OutputSchema
{
    /// <summary>Says why a value does not fit the types, required properties and alternatives of a schema; null when it does.</summary>
    public static string? Misfit(JsonElement schema, JsonElement value) => Misfit(schema, schema, value, "$");

    private static string? Misfit(JsonElement root, JsonElement schema, JsonElement value, string path)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (schema.TryGetProperty("$ref", out JsonElement reference))
        {
            return Target(root, reference.GetString()) is { } target ? Misfit(root, target, value, path) : null;
        }

        foreach (string several in new[] { "anyOf", "oneOf" })
        {
            if (schema.TryGetProperty(several, out JsonElement options) && options.ValueKind == JsonValueKind.Array)
            {
                return options.EnumerateArray().Any(o => Misfit(root, o, value, path) is null)
                    ? null
                    : $"{path} is none of what the schema allows.";
            }
        }

        if (schema.TryGetProperty("type", out JsonElement type) && !IsOf(type, value))
        {
            return $"{path} is {NameOf(value)}, and the schema asks for "
                + $"{type.GetRawText().Replace("\"", string.Empty, StringComparison.Ordinal)}.";
        }

        return value.ValueKind switch
        {
            JsonValueKind.Object => ObjectMisfit(root, schema, value, path),
            JsonValueKind.Array when schema.TryGetProperty("items", out JsonElement items) => value.EnumerateArray()
                .Select((item, i) => Misfit(root, items, item, string.Create(CultureInfo
                    .InvariantCulture, $"{path}[{i}]"))).FirstOrDefault(static m => m is not null),
            _ => null,
        };
    }

    private static string? ObjectMisfit(JsonElement root, JsonElement schema, JsonElement value, string path)
    {
        if (schema.TryGetProperty("required", out JsonElement required))
        {
            foreach (JsonElement name in required.EnumerateArray())
            {
                if (!value.TryGetProperty(name.GetString()!, out _))
                {
                    return $"{path} has no '{name.GetString()}'.";
                }
            }
        }

        if (schema.TryGetProperty("properties", out JsonElement properties))
        {
            foreach (JsonProperty property in properties.EnumerateObject())
            {
                if (value.TryGetProperty(property.Name, out JsonElement there)
                    && Misfit(root, property.Value, there, $"{path}.{property.Name}") is { } misfit)
                {
                    return misfit;
                }
            }
        }

        return null;
    }

    private static bool IsOf(JsonElement type, JsonElement value) => type.ValueKind == JsonValueKind.Array
        ? type.EnumerateArray().Any(t => IsOf(t, value))
        : type.GetString() switch
        {
            "object" => value.ValueKind == JsonValueKind.Object,
            "array" => value.ValueKind == JsonValueKind.Array,
            "string" => value.ValueKind == JsonValueKind.String,
            "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            "null" => value.ValueKind == JsonValueKind.Null,
            "number" => value.ValueKind == JsonValueKind.Number,
            "integer" => value.ValueKind == JsonValueKind.Number
                && (value.TryGetInt64(out _) || (value.TryGetDecimal(out decimal number) && number == decimal.Truncate(number))),
            _ => true,
        };

    private static string NameOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Null => "null",
        JsonValueKind kind => kind.ToString().ToLowerInvariant(),
    };
}
