using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaudeBatch.Core.Json;

namespace ClaudeBatch.Core.Requests;

/// <summary>
/// The JSON schema of an answer in its two forms: as it was given, against which answers are judged (<see cref="AnswerSchema"/>), and as
/// the service takes it. What bounds a value, such as <c>minimum</c>, is said in the <c>description</c> of the second.
/// </summary>
public sealed class OutputSchema
{
    /// <summary>The most properties that the answers of one request may leave out (documentation, "Structured outputs").</summary>
    internal const int MostOptional = 24;

    /// <summary>The most values of one request that may have several types (documentation, "Structured outputs").</summary>
    internal const int MostUnions = 16;

    private const int MostFaultsTold = 5;

    private static readonly JsonWriterOptions s_writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private OutputSchema(ReadOnlyMemory<byte> given, ReadOnlyMemory<byte> sent) => (Given, Sent) = (given, sent);

    /// <summary>The schema that answers are judged by, as JSON in UTF-8.</summary>
    public ReadOnlyMemory<byte> Given { get; }

    /// <summary>The schema that is sent, as JSON in UTF-8.</summary>
    public ReadOnlyMemory<byte> Sent { get; }

    /// <summary>Makes both forms of a schema.</summary>
    /// <param name="json">The schema as JSON in UTF-8.</param>
    /// <exception cref="ClaudeBatchException"><c>OutputSchemaInvalid</c>: the service would refuse the schema, or it is not JSON. The
    /// message has the path of each fault.</exception>
    public static OutputSchema From(ReadOnlyMemory<byte> json)
    {
        if (JsonTexts.HaveHalfPair(json.Span))
        {
            throw Invalid("The schema of -OutputSchema has half of a surrogate pair in it, such as \\ud800 alone, which is no text.");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            Check(SchemaRules.Of(document.RootElement, takesBounds: true).Faults);
            JsonNode schema = JsonNode.Parse(json.Span)!;
            bool isNullable = SplitNullable(schema.AsObject());
            ReadOnlyMemory<byte> given = isNullable ? Written(schema) : json;
            ReadOnlyMemory<byte> sent = SayBounds(schema.AsObject()) ? Written(schema) : given;
            using JsonDocument result = JsonDocument.Parse(sent);
            SchemaRules rules = SchemaRules.Of(result.RootElement);
            Check([.. rules.Faults, .. CountFaults(rules.Optional, rules.Unions).Select(static f => $"$: {f}")]);
            return new OutputSchema(given, sent);
        }
        catch (JsonException e)
        {
            throw Invalid($"The schema of -OutputSchema is not JSON: {e.Message}", e);
        }
        catch (ArgumentException e)
        {
            throw Invalid("The schema of -OutputSchema says one name twice in the same object.", e);
        }
    }

    /// <summary>Says which of the limits that hold for all schemas of a request together are passed.</summary>
    internal static IEnumerable<string> CountFaults(int optional, int unions)
    {
        if (optional > MostOptional)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{optional} properties are optional; at most {MostOptional} may be.");
        }

        if (unions > MostUnions)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{unions} values have several types; at most {MostUnions} may.");
        }
    }

    /// <summary>Gives faults as the rest of a sentence, not more of them than somebody reads at once.</summary>
    internal static string Told(IReadOnlyList<string> faults) => string.Join(' ', faults.Take(MostFaultsTold))
        + (faults.Count > MostFaultsTold
            ? string.Create(CultureInfo.InvariantCulture, $" And {faults.Count - MostFaultsTold} more.")
            : string.Empty);

    /// <summary>Says in words, in place, what the service does not take otherwise.</summary>
    internal static JsonObject Said(JsonObject schema)
    {
        SplitNullable(schema);
        SayBounds(schema);
        return schema;
    }

    private static void Check(IReadOnlyList<string> faults)
    {
        if (faults.Count > 0)
        {
            throw Invalid($"The service would refuse the schema of -OutputSchema: {Told(faults)}");
        }
    }

    private static ClaudeBatchException Invalid(string message, Exception? inner = null)
        => new(FailureKind.InvalidArgument, "OutputSchemaInvalid", message, inner);

    // A list of types with null beside an enum that lacks null is reported to be refused, so the enum and null become alternatives.
    private static bool SplitNullable(JsonObject schema)
    {
        bool isChanged = false;
        foreach (JsonObject inner in Inner(schema))
        {
            isChanged |= SplitNullable(inner);
        }

        if (schema["type"] is not JsonArray types || !types.Any(IsNullType) || schema["enum"] is not JsonArray values
            || schema.ContainsKey("anyOf"))
        {
            return isChanged;
        }

        JsonNode[] others = [.. types.Where(static t => !IsNullType(t)).Select(static t => t!.DeepClone())];
        JsonNode[] choices = [.. values.Where(static v => v is not null).Select(static v => v!.DeepClone())];
        if (others.Length == 0 || choices.Length == 0)
        {
            return isChanged; // only null fits
        }

        JsonObject choice = new()
        {
            ["type"] = others.Length == 1 ? others[0] : new JsonArray(others),
            ["enum"] = new JsonArray(choices),
        };
        schema.Remove("type");
        schema.Remove("enum");
        schema["anyOf"] = new JsonArray(choice, new JsonObject { ["type"] = "null" });
        return true;
    }

    private static bool IsNullType(JsonNode? type) => type?.GetValue<string>() == "null";

    // Moves what bounds a value into its description, in words.
    private static bool SayBounds(JsonObject schema)
    {
        bool isChanged = false;
        foreach (JsonObject inner in Inner(schema))
        {
            isChanged |= SayBounds(inner);
        }

        List<string> words = [];
        foreach ((string keyword, JsonNode? node) in schema.ToArray())
        {
            if (node is not JsonValue leaf || !leaf.TryGetValue(out JsonElement value) || !SchemaKeywords.IsRefused(keyword, value))
            {
                continue;
            }

            words.Add(SchemaKeywords.InWords(keyword, value));
            if (keyword == "minItems")
            {
                schema[keyword] = 1; // the most that the service takes, and no answer with fewer can fit
            }
            else
            {
                schema.Remove(keyword);
            }

            isChanged = true;
        }

        words.RemoveAll(static w => w.Length == 0);
        if (words.Count > 0)
        {
            string said = schema["description"]?.GetValue<string>() is { Length: > 0 } before ? before.TrimEnd() + " " : string.Empty;
            schema["description"] = said + string.Join(' ', words);
        }

        return isChanged;
    }

    private static IEnumerable<JsonObject> Inner(JsonObject schema)
    {
        foreach ((string keyword, JsonNode? value) in schema.ToArray())
        {
            IEnumerable<JsonNode?> schemas = (keyword, value) switch
            {
                ("properties" or "$defs" or "definitions", JsonObject members) => members.Select(static m => m.Value),
                ("anyOf" or "allOf" or "oneOf" or "prefixItems", JsonArray list) => list,
                ("items", not null) => [value],
                _ => [],
            };
            foreach (JsonObject inner in schemas.OfType<JsonObject>().ToArray())
            {
                yield return inner;
            }
        }
    }

    private static byte[] Written(JsonNode schema)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, s_writing))
        {
            schema.WriteTo(writer);
        }

        return stream.ToArray();
    }
}
