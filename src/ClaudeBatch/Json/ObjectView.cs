using System.Globalization;
using System.Management.Automation;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace ClaudeBatch.Json;

/// <summary>
/// Makes objects of PowerShell from JSON. Dates stay strings. Whole numbers become Int64, or BigInteger where they are larger; other
/// numbers become Decimal where that is exact, else Double.
/// </summary>
internal static class ObjectView
{
    // Reading a number takes time by the square of its digits.
    private const int LongestInteger = 1_000;

    /// <summary>Parses JSON to a PSCustomObject, an array, a string, a number, a bool or null.</summary>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public static object? Parse(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(json);
        reader.Read();
        return Value(ref reader);
    }

    private static object? Value(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.StartObject => Object(ref reader),
        JsonTokenType.StartArray => Array(ref reader),
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.Number => Number(ref reader),
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => null,
    };

    private static PSObject Object(ref Utf8JsonReader reader)
    {
        PSObject view = new();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            object? value = Value(ref reader);
            // PowerShell takes names that differ only in case for one property. The last value wins, as it does when a name is repeated.
            if (view.Properties[name] is { } there)
            {
                there.Value = value;
            }
            else
            {
                view.Properties.Add(new PSNoteProperty(name, value), preValidated: true);
            }
        }

        return view;
    }

    private static object?[] Array(ref Utf8JsonReader reader)
    {
        List<object?> items = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(Value(ref reader));
        }

        return [.. items];
    }

    private static object Number(ref Utf8JsonReader reader)
        => reader.TryGetInt64(out long integer) ? integer
            : reader.ValueSpan.Length <= LongestInteger && reader.ValueSpan.IndexOfAny(".eE"u8) < 0
                ? BigInteger.Parse(Encoding.ASCII.GetString(reader.ValueSpan), CultureInfo.InvariantCulture)
            : reader.TryGetDecimal(out decimal exact) && IsExact(reader.ValueSpan, exact) ? exact
            : reader.GetDouble();

    // GetDecimal rounds a number that has more digits than a Decimal can hold.
    private static bool IsExact(ReadOnlySpan<byte> text, decimal value)
        => text.Length <= 28 && (value != 0 || text.IndexOfAnyExcept("0.-"u8) < 0);
}
