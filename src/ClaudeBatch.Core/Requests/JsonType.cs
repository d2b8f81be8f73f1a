using System.Globalization;
using System.Text.Json;

namespace ClaudeBatch.Core.Requests;

/// <summary>The types that a schema can ask for.</summary>
[Flags]
internal enum JsonTypes
{
    None = 0,
    Object = 1,
    Array = 2,
    String = 4,
    Boolean = 8,
    Null = 16,
    Number = 32,
    Integer = 64,
}

/// <summary>Tells the type of a value as JSON Schema means it: a number without a fraction is an integer, however it is written.</summary>
internal static class JsonType
{
    // In the order in which a sentence names them.
    private static readonly (JsonTypes Type, string Name)[] s_names =
    [
        (JsonTypes.Object, "object"), (JsonTypes.Array, "array"), (JsonTypes.String, "string"), (JsonTypes.Boolean, "boolean"),
        (JsonTypes.Number, "number"), (JsonTypes.Integer, "integer"), (JsonTypes.Null, "null"),
    ];

    public static IEnumerable<string> Names => s_names.Select(static n => n.Name);

    /// <summary>Gives the type of that name; null where there is none.</summary>
    public static JsonTypes? Named(string? name)
        => Array.Find(s_names, n => n.Name == name) is { Name: not null } found ? found.Type : null;

    /// <summary>Gives a value's type. A number is an integer only where integers alone are wanted, because telling them takes a while.</summary>
    public static JsonTypes Of(JsonElement value, JsonTypes wanted) => value.ValueKind switch
    {
        JsonValueKind.Object => JsonTypes.Object,
        JsonValueKind.Array => JsonTypes.Array,
        JsonValueKind.String => JsonTypes.String,
        JsonValueKind.True or JsonValueKind.False => JsonTypes.Boolean,
        JsonValueKind.Number when wanted.HasFlag(JsonTypes.Number) || !wanted.HasFlag(JsonTypes.Integer) => JsonTypes.Number,
        JsonValueKind.Number => IsWhole(value) ? JsonTypes.Integer : JsonTypes.Number,
        _ => JsonTypes.Null,
    };

    public static string NameOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind kind => kind.ToString().ToLowerInvariant(),
    };

    public static string NameOf(JsonTypes types)
    {
        string[] names = [.. s_names.Where(n => types.HasFlag(n.Type)).Select(static n => n.Name)];
        return names.Length == 1 ? names[0] : $"[{string.Join(',', names)}]";
    }

    // A number may be larger or finer than any type of the platform has room for, so its digits are looked at.
    private static bool IsWhole(JsonElement number)
    {
        if (number.TryGetInt64(out _))
        {
            return true;
        }

        string text = number.GetRawText();
        int end = text.IndexOfAny(['e', 'E']);
        string[] mantissa = (end < 0 ? text : text[..end]).TrimStart('-').Split('.');
        string fraction = mantissa.Length > 1 ? mantissa[1].TrimEnd('0') : string.Empty;
        string digits = (mantissa[0] + fraction).Trim('0');
        if (digits.Length == 0 || end < 0)
        {
            return fraction.Length == 0;
        }

        // Without a fraction, the zeros at the end make up for a negative exponent.
        int zeros = fraction.Length > 0 ? 0 : mantissa[0].Length - mantissa[0].TrimEnd('0').Length;
        ReadOnlySpan<char> exponent = text.AsSpan(end + 1);
        return long.TryParse(exponent, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long shift)
            ? shift >= fraction.Length - zeros
            : exponent[0] != '-';
    }
}
