using System.Collections.Specialized;
using System.Globalization;
using System.Management.Automation;
using System.Numerics;
using System.Reflection;
using System.Text;
using System.Text.Json;
using ClaudeBatch.Core.Json;

namespace ClaudeBatch.Json;

/// <summary>
/// Makes objects of PowerShell from JSON. Dates stay strings. Whole numbers become Int64, or BigInteger where they are larger; other
/// numbers become Decimal where that is exact, else Double where that gives the same digits back, else <see cref="RawNumber"/>.
/// </summary>
internal static class ObjectView
{
    /// <summary>The deepest nesting of which objects are made: the default of <see cref="Utf8JsonReader"/>.</summary>
    public const int Deepest = 64;

    // Reading a number takes time by the square of its digits.
    private const int LongestInteger = 1_000;

    // Among so many names the shell finds one faster than a look at each of them.
    private const int Many = 32;

    // An object that knows how many properties it gets keeps them itself. Without that, PowerShell puts each into a table of the process, which
    // costs half of the time that an object of three properties takes. The constructor is not in the reference that is compiled against.
    private static readonly ConstructorInvoker? s_withRoom
        = typeof(PSObject).GetConstructor([typeof(int)]) is { } constructor ? ConstructorInvoker.Create(constructor) : null;

    private static readonly object s_room = 4;

    // The names of the objects that are being read, each behind those of the object that it is in.
    [ThreadStatic]
    private static List<string>? t_names;

    // What these name of an object is PowerShell's own, and a property of that name could not be reached.
    private static readonly HashSet<string> s_taken = new(
        ["PSObject", "PSBase", "PSAdapted", "PSExtended", "PSTypeNames"], StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Parses JSON to a PSCustomObject, an array, a string, a number, a bool or null. An object whose names cannot all be properties is an
    /// ordered dictionary. U+FFFD stands for what is no character.
    /// </summary>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public static object? Parse(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(json);
        reader.Read();
        object? value = Value(ref reader);
        reader.Read(); // throws where something follows
        return value;
    }

    /// <summary>Parses JSON; null where it is nested more deeply than objects are made.</summary>
    public static object? ParseOrNull(ReadOnlySpan<byte> json)
    {
        try
        {
            return Parse(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Makes an object with these properties. No two names are one to the shell.</summary>
    public static PSObject Of(IReadOnlyList<string> names, IReadOnlyList<object?> values)
    {
        PSObject view = NewObject();
        for (int i = 0; i < names.Count; i++)
        {
            view.Properties.Add(new PSNoteProperty(names[i], values[i]), preValidated: true);
        }

        return view;
    }

    private static object? Value(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.StartObject => Object(ref reader),
        JsonTokenType.StartArray => Array(ref reader),
        JsonTokenType.String => MendedText.Read(ref reader, out _),
        JsonTokenType.Number => Number(ref reader),
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => null,
    };

    private static PSObject NewObject() => s_withRoom is null ? new PSObject() : (PSObject)s_withRoom.Invoke(s_room)!;

    private static object Object(ref Utf8JsonReader reader)
    {
        List<string> names = t_names ??= [];
        int first = names.Count;
        try
        {
            return Object(ref reader, names, first);
        }
        finally
        {
            names.RemoveRange(first, names.Count - first);
        }
    }

    private static object Object(ref Utf8JsonReader reader, List<string> names, int first)
    {
        PSObject view = NewObject();
        OrderedDictionary? exact = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = MendedText.Read(ref reader, out _);
            reader.Read();
            object? value = Value(ref reader);
            if (exact is null && !TryAdd(view, names, first, name, value))
            {
                exact = new OrderedDictionary(StringComparer.Ordinal);
                foreach (PSPropertyInfo property in view.Properties)
                {
                    exact.Add(property.Name, property.Value);
                }
            }

            if (exact is not null)
            {
                exact[name] = value;
            }
        }

        return exact ?? (object)view;
    }

    // An empty name can be none of a property, and PowerShell takes names that differ only in case for one. Where the same name is
    // repeated, the last value wins.
    private static bool TryAdd(PSObject view, List<string> names, int first, string name, object? value)
    {
        if (name.Length == 0 || s_taken.Contains(name))
        {
            return false;
        }

        string? there = names.Count - first > Many ? view.Properties[name]?.Name : Find(names, first, name);
        if (there is null)
        {
            view.Properties.Add(new PSNoteProperty(name, value), preValidated: true);
            names.Add(name);
            return true;
        }

        if (there != name)
        {
            return false;
        }

        view.Properties[name].Value = value;
        return true;
    }

    private static string? Find(List<string> names, int first, string name)
    {
        for (int i = first; i < names.Count; i++)
        {
            if (names[i].Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return names[i];
            }
        }

        return null;
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
            : reader.TryGetDouble(out double near) && IsExact(reader.ValueSpan, near) ? near
            : new RawNumber(Encoding.ASCII.GetString(reader.ValueSpan));

    // GetDecimal rounds a number that has more digits than a Decimal can hold.
    private static bool IsExact(ReadOnlySpan<byte> text, decimal value)
        => text.Length <= 28 && (value != 0 || text.IndexOfAnyExcept("0.-"u8) < 0);

    // GetDouble gives the nearest double, be it zero or infinite. It stands for the number where its shortest text has the same digits.
    private static bool IsExact(ReadOnlySpan<byte> text, double value)
        => double.IsFinite(value)
            && Digits(Encoding.ASCII.GetString(text)) == Digits(value.ToString("R", CultureInfo.InvariantCulture));

    // The digits of a number without the zeros at both ends, and where its point stands before or behind the first of them.
    private static (string Digits, long Point) Digits(string number)
    {
        string[] parts = number.TrimStart('-').Split('e', 'E');
        string[] sides = parts[0].Split('.');
        string all = string.Concat(sides);
        string digits = all.TrimStart('0');
        long exponent = parts.Length < 2 ? 0
            : long.TryParse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long given) ? given
            : long.MinValue; // that of no double
        return digits.Length == 0 ? (digits, 0) : (digits.TrimEnd('0'), exponent + sides[0].Length - (all.Length - digits.Length));
    }
}
