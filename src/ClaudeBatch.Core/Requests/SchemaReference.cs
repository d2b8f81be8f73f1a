using System.Globalization;
using System.Text.Json;

namespace ClaudeBatch.Core.Requests;

/// <summary>References within a schema, such as <c>#/$defs/item</c>. The service takes no others.</summary>
internal static class SchemaReference
{
    /// <summary>Finds what a reference leads to; null where there is nothing, or where it leads out of the schema.</summary>
    public static JsonElement? Resolve(JsonElement root, string? reference)
    {
        if (reference?.StartsWith('#') != true)
        {
            return null;
        }

        JsonElement at = root;
        foreach (string step in Steps(reference))
        {
            if (at.ValueKind == JsonValueKind.Array && int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out int index)
                && index < at.GetArrayLength())
            {
                at = at[index];
            }
            else if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(step, out at))
            {
                return null;
            }
        }

        return at;
    }

    /// <summary>Gives the one form of a reference: two that lead to the same place have the same.</summary>
    public static string Place(string reference) => string.Concat(Steps(reference).Select(static s => "/" + Escape(s)).Prepend("#"));

    public static string Escape(string name)
        => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    private static IEnumerable<string> Steps(string reference)
        => Uri.UnescapeDataString(reference[1..]).Split('/', StringSplitOptions.RemoveEmptyEntries)
            .Select(static s => s.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal));
}
