using System.Text;
using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>Makes a value that fits a JSON schema, as a model gives one under structured output.</summary>
internal static class SchemaSample
{
    // A schema may come back to itself, once or many times; a model would come to an end somewhere, too.
    private const int MostDepth = 32;

    private const int MostBytes = 64 * 1024;

    public static string Of(JsonElement schema)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, EmulatorJson.Writing))
        {
            Write(writer, schema, schema, 0);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void Write(Utf8JsonWriter writer, JsonElement root, JsonElement schema, int depth)
    {
        if (depth++ > MostDepth || writer.BytesCommitted + writer.BytesPending > MostBytes)
        {
            writer.WriteNullValue();
        }
        else if (schema.TryGetProperty("$ref", out JsonElement reference))
        {
            Write(writer, root, Resolve(root, reference.GetString()!), depth);
        }
        else if (schema.TryGetProperty("enum", out JsonElement choices))
        {
            choices[0].WriteTo(writer);
        }
        else if (schema.TryGetProperty("const", out JsonElement only))
        {
            only.WriteTo(writer);
        }
        else if (schema.TryGetProperty("anyOf", out JsonElement any))
        {
            Write(writer, root, any[0], depth);
        }
        else
        {
            WriteTyped(writer, root, schema, depth);
        }
    }

    private static void WriteTyped(Utf8JsonWriter writer, JsonElement root, JsonElement schema, int depth)
    {
        switch (TypeOf(schema))
        {
            case "object":
                writer.WriteStartObject();
                if (schema.TryGetProperty("properties", out JsonElement properties))
                {
                    foreach (JsonProperty property in properties.EnumerateObject())
                    {
                        writer.WritePropertyName(property.Name);
                        Write(writer, root, property.Value, depth);
                    }
                }

                writer.WriteEndObject();
                break;
            case "array":
                writer.WriteStartArray();
                if (schema.TryGetProperty("items", out JsonElement items))
                {
                    Write(writer, root, items, depth);
                }

                writer.WriteEndArray();
                break;
            case "integer":
            case "number":
                writer.WriteNumberValue(1);
                break;
            case "boolean":
                writer.WriteBooleanValue(true);
                break;
            case "null":
                writer.WriteNullValue();
                break;
            default:
                writer.WriteStringValue(TextOf(schema));
                break;
        }
    }

    private static string? TypeOf(JsonElement schema) => !schema.TryGetProperty("type", out JsonElement type) ? null
        : type.ValueKind == JsonValueKind.Array ? type[0].GetString()
        : type.GetString();

    private static string TextOf(JsonElement schema) => schema.TryGetProperty("format", out JsonElement format) ? format.GetString() switch
    {
        "date" => "2026-01-31",
        "date-time" => "2026-01-31T12:00:00Z",
        "time" => "12:00:00Z",
        "duration" => "PT1H",
        "email" => "someone@example.com",
        "uuid" => "00000000-0000-4000-8000-000000000000",
        "uri" => "https://example.com/",
        _ => "sample",
    } : "sample";

    // The service takes only references within the schema, such as #/$defs/name.
    private static JsonElement Resolve(JsonElement root, string reference)
    {
        JsonElement found = root;
        foreach (string step in reference.TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            found = found.GetProperty(step);
        }

        return found;
    }
}
