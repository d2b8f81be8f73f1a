using System.Text.Json;
using System.Text.RegularExpressions;

namespace ClaudeBatch.Core.Requests;

/// <summary>
/// The keywords of JSON Schema that bound a value: its range, its length, its count, its pattern. The service takes none of them
/// (documentation, "Structured outputs"), so they are told to the model in words, and answers are held against them here.
/// </summary>
/// <remarks>
/// The official SDKs move the same keywords into the <c>description</c>. Of <c>minItems</c> the service takes 0 and 1. It is documented to
/// refuse some regular expressions only, but a pattern is read differently by each kind of expression; as in the SDKs none is sent.
/// </remarks>
internal static class SchemaKeywords
{
    private static readonly Dictionary<string, Func<JsonElement, string>> s_words = new(StringComparer.Ordinal)
    {
        ["minimum"] = static v => $"At least {v.GetRawText()}.",
        ["maximum"] = static v => $"At most {v.GetRawText()}.",
        ["exclusiveMinimum"] = static v => $"More than {v.GetRawText()}.",
        ["exclusiveMaximum"] = static v => $"Less than {v.GetRawText()}.",
        ["multipleOf"] = static v => $"A multiple of {v.GetRawText()}.",
        ["minLength"] = static v => $"At least {Count(v, "character")}.",
        ["maxLength"] = static v => $"At most {Count(v, "character")}.",
        ["pattern"] = static v => $"It matches the regular expression {v.GetString()} (as .NET reads it).",
        ["minItems"] = static v => $"At least {Count(v, "item")}.",
        ["maxItems"] = static v => $"At most {Count(v, "item")}.",
        ["uniqueItems"] = static v => v.ValueKind == JsonValueKind.True ? "No item occurs twice." : string.Empty,
        ["minProperties"] = static v => $"At least {Count(v, "property", "properties")}.",
        ["maxProperties"] = static v => $"At most {Count(v, "property", "properties")}.",
    };

    /// <summary>Whether the keyword bounds a value.</summary>
    public static bool Bounds(string keyword) => s_words.ContainsKey(keyword);

    /// <summary>Whether the keyword bounds a value and the service does not take it so.</summary>
    public static bool IsRefused(string keyword, JsonElement value) => Bounds(keyword)
        && !(keyword == "minItems" && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int least) && least is 0 or 1);

    /// <summary>Says a bound in words, for the model; empty where it bounds nothing. Its value is one that <see cref="Fault"/> takes.</summary>
    public static string InWords(string keyword, JsonElement value) => s_words[keyword](value);

    /// <summary>Says what is wrong with the value of a keyword that bounds; null where nothing is.</summary>
    public static string? Fault(string keyword, JsonElement value) => keyword switch
    {
        "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum"
            => value.ValueKind == JsonValueKind.Number ? null : $"'{keyword}' is a number.",
        "multipleOf" => value.ValueKind == JsonValueKind.Number && value.GetDouble() > 0 ? null : "'multipleOf' is a number above 0.",
        "uniqueItems" => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : "'uniqueItems' is true or false.",
        "pattern" => value.ValueKind == JsonValueKind.String && IsExpression(value.GetString()!)
            ? null
            : "'pattern' is a regular expression, as .NET reads them.",
        _ => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int count) && count >= 0
            ? null
            : $"'{keyword}' is a whole number, 0 or more.",
    };

    private static string Count(JsonElement count, string one, string? many = null)
        => Sentence.Count(count.GetInt32(), one, many);

    private static bool IsExpression(string pattern)
    {
        try
        {
            _ = new Regex(pattern);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
