using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>Makes a value that fits a JSON schema, as a model gives one under structured output or passes one to a tool.</summary>
internal static class SchemaSample
{
    // A schema may come back to itself, once or many times; a model would come to an end somewhere, too.
    private const int MostDepth = 32;

    // From here on a value has only what it must have.
    private const int ShortFrom = 6;

    private const int MostBytes = 64 * 1024;

    private const int MostItems = 3;

    public static string Of(JsonElement schema, Chances chances)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, EmulatorJson.Writing))
        {
            new Sampling(writer, schema, chances).Write(schema, 0);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private readonly struct Sampling(Utf8JsonWriter writer, JsonElement root, Chances chances)
    {
        public void Write(JsonElement schema, int depth)
        {
            if (schema.ValueKind != JsonValueKind.Object || depth++ > MostDepth
                || writer.BytesCommitted + writer.BytesPending > MostBytes)
            {
                writer.WriteNullValue();
            }
            else if (schema.TryGetProperty("$ref", out JsonElement reference))
            {
                Write(Resolve(reference.GetString()!), depth);
            }
            else if (schema.TryGetProperty("enum", out JsonElement choices))
            {
                choices[chances.Next(choices.GetArrayLength())].WriteTo(writer);
            }
            else if (schema.TryGetProperty("const", out JsonElement only))
            {
                only.WriteTo(writer);
            }
            else if (schema.TryGetProperty("anyOf", out JsonElement any) || schema.TryGetProperty("oneOf", out any))
            {
                Write(Alternative(any, depth), depth);
            }
            else if (!schema.TryGetProperty("type", out _) && schema.TryGetProperty("allOf", out JsonElement all))
            {
                Write(all[0], depth);
            }
            else
            {
                WriteTyped(schema, depth);
            }
        }

        // Deep down the one is taken that does not lead on.
        private JsonElement Alternative(JsonElement any, int depth)
            => depth > ShortFrom && any.EnumerateArray().FirstOrDefault(static a => !a.TryGetProperty("$ref", out _))
                is { ValueKind: JsonValueKind.Object } plain
                ? plain
                : any[chances.Next(any.GetArrayLength())];

        private void WriteTyped(JsonElement schema, int depth)
        {
            switch (TypeOf(schema))
            {
                case "object":
                    WriteObject(schema, depth);
                    break;
                case "array":
                    WriteArray(schema, depth);
                    break;
                case "integer":
                    writer.WriteNumberValue((long)NumberOf(schema, isWhole: true));
                    break;
                case "number":
                    writer.WriteNumberValue(NumberOf(schema, isWhole: false));
                    break;
                case "boolean":
                    writer.WriteBooleanValue(chances.Next(2) == 0);
                    break;
                case "null":
                    writer.WriteNullValue();
                    break;
                default:
                    writer.WriteStringValue(TextOf(schema));
                    break;
            }
        }

        private void WriteObject(JsonElement schema, int depth)
        {
            writer.WriteStartObject();
            if (schema.TryGetProperty("properties", out JsonElement properties))
            {
                HashSet<string?> required = schema.TryGetProperty("required", out JsonElement names)
                    ? [.. names.EnumerateArray().Select(static n => n.GetString())]
                    : [];
                foreach (JsonProperty property in properties.EnumerateObject().Where(p => depth <= ShortFrom || required.Contains(p.Name)))
                {
                    writer.WritePropertyName(property.Name);
                    Write(property.Value, depth);
                }
            }

            writer.WriteEndObject();
        }

        private void WriteArray(JsonElement schema, int depth)
        {
            int least = (int)(Bound(schema, "minItems") ?? 0);
            bool isUnique = schema.TryGetProperty("uniqueItems", out JsonElement unique) && unique.ValueKind == JsonValueKind.True;
            int most = Math.Max(least, (int)Math.Min(Bound(schema, "maxItems") ?? int.MaxValue, isUnique ? 1 : MostItems));
            int count = depth > ShortFrom ? least : Math.Max(least, Math.Min(most, 1 + chances.Next(MostItems)));
            writer.WriteStartArray();
            for (int i = 0; schema.TryGetProperty("items", out JsonElement items) && i < count; i++)
            {
                Write(items, depth);
            }

            writer.WriteEndArray();
        }

        private string? TypeOf(JsonElement schema) => !schema.TryGetProperty("type", out JsonElement type) ? null
            : type.ValueKind == JsonValueKind.Array ? type[chances.Next(type.GetArrayLength())].GetString()
            : type.GetString();

        // Without bounds a small number, which fits the bounds that people say in words: a mark of 1 to 5, a share of 0 to 1.
        private decimal NumberOf(JsonElement schema, bool isWhole)
        {
            decimal step = Bound(schema, "multipleOf") is > 0 and var multiple ? multiple : isWhole ? 1 : 0.01m;
            decimal? least = Bound(schema, "minimum") ?? (Bound(schema, "exclusiveMinimum") + step);
            decimal? most = Bound(schema, "maximum") ?? (Bound(schema, "exclusiveMaximum") - step);
            decimal span = isWhole ? 4 : 0.99m;
            decimal from = least ?? Math.Min(most - span ?? step, step);
            from = Math.Ceiling(from / step) * step;
            decimal to = Math.Max(from, most ?? from + span);
            return from + (step * chances.Next((int)Math.Clamp(((to - from) / step) + 1, 1, 1000)));
        }

        private string TextOf(JsonElement schema)
        {
            int number = 1 + chances.Next(28);
            string two = number.ToString("00", CultureInfo.InvariantCulture);
            string? format = schema.TryGetProperty("format", out JsonElement given) ? given.GetString() : null;
            string text = format switch
            {
                "date" => $"2026-01-{two}",
                "date-time" => $"2026-01-{two}T12:00:00Z",
                "time" => $"12:{two}:00Z",
                "duration" => $"PT{number}H",
                "email" => $"someone{number}@example.com",
                "uuid" => $"00000000-0000-4000-8000-0000000000{two}",
                "uri" => $"https://example.com/{number}",
                "hostname" => $"host{number}.example.com",
                "ipv4" => $"192.0.2.{number}",
                "ipv6" => $"2001:db8::{number}",
                _ => $"sample {number}",
            };
            return format is not null ? text : Fitted(text, Bound(schema, "minLength"), Bound(schema, "maxLength"));
        }

        private static string Fitted(string text, decimal? least, decimal? most)
        {
            string padded = text.PadRight((int)Math.Min(least ?? 0, 1000), '.');
            return most < padded.Length ? padded[..(int)most.Value] : padded;
        }

        private static decimal? Bound(JsonElement schema, string name)
            => schema.TryGetProperty(name, out JsonElement bound) && bound.ValueKind == JsonValueKind.Number
                && bound.TryGetDecimal(out decimal value) ? value : null;

        // The service takes only references within the schema, such as #/$defs/name.
        private JsonElement Resolve(string reference)
        {
            JsonElement found = root;
            foreach (string step in reference.TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                found = found.GetProperty(step);
            }

            return found;
        }
    }
}
