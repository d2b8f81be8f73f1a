using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>Sets the properties of a plan by name, from the values of a shell's hashtable or of JSON.</summary>
internal static class PlanValues
{
    /// <summary>Converts a value and sets a property to it.</summary>
    /// <param name="target">The plan, or a fault of it.</param>
    /// <param name="name">The name of the property, in any case.</param>
    /// <param name="value">The value, which is converted to the type of the property.</param>
    /// <param name="what">The word for the target in messages, such as <c>plan</c>.</param>
    /// <exception cref="ArgumentException">The name is unknown or the value does not fit; the message says which.</exception>
    public static void Set(object target, string name, object? value, string what)
    {
        PropertyInfo[] properties = [.. target.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Where(static p => p.CanWrite)];
        PropertyInfo property = Array.Find(properties, p => string.Equals(p.Name, name, StringComparison.OrdinalIgnoreCase))
            ?? throw new ArgumentException($"The emulator's {what} has no '{name}'. "
                + $"It has {string.Join(", ", properties.Select(static p => p.Name))}.");
        try
        {
            property.SetValue(target, Converted(value, property.PropertyType, what == "plan" ? property.Name : $"{what}.{property.Name}"));
        }
        catch (Exception e) when (e is FormatException or InvalidCastException or OverflowException)
        {
            throw new ArgumentException($"'{value}' does not fit the {what}'s '{property.Name}', "
                + $"which takes {Fitting(property.PropertyType)}.", e);
        }
    }

    /// <summary>
    /// Converts JSON to the values that a shell would give: hashtables, arrays, texts, numbers of type Double, and so on.
    /// </summary>
    public static object? ToShellValue(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => new Hashtable(
            element.EnumerateObject().ToDictionary(static p => p.Name, static p => ToShellValue(p.Value))),
        JsonValueKind.Array => element.EnumerateArray().Select(ToShellValue).ToArray(),
        JsonValueKind.Number => element.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null => null,
        _ => element.GetString(),
    };

    private static string Fitting(Type type) => Type.GetTypeCode(Nullable.GetUnderlyingType(type) ?? type) switch
    {
        TypeCode.Boolean => "true or false",
        TypeCode.Int32 or TypeCode.Int64 => "a whole number",
        TypeCode.Double => "a number",
        TypeCode.String => "a text",
        _ when type == typeof(string[]) => "a text, or several",
        _ => "seconds, or hours:minutes:seconds",
    };

    private static object? Converted(object? value, Type type, string path)
    {
        Type target = Nullable.GetUnderlyingType(type) ?? type;
        if (value is null && target.IsArray)
        {
            return Array.CreateInstance(target.GetElementType()!, 0);
        }

        if (value is null || target.IsInstanceOfType(value))
        {
            return value;
        }

        if (target == typeof(EmulatorFault))
        {
            return EmulatorFault.From(value);
        }

        if (target.IsArray)
        {
            return Several(value, target.GetElementType()!, path);
        }

        if (target.Assembly == typeof(PlanValues).Assembly)
        {
            return Nested(value, target, path);
        }

        if (target != typeof(TimeSpan))
        {
            return Convert.ChangeType(value, target, CultureInfo.InvariantCulture);
        }

        return value is string text && text.Contains(':', StringComparison.Ordinal)
            ? TimeSpan.Parse(text, CultureInfo.InvariantCulture)
            : TimeSpan.FromSeconds(Convert.ToDouble(value, CultureInfo.InvariantCulture));
    }

    // One value is as good as an array with it alone, as in a shell.
    private static Array Several(object value, Type element, string path)
    {
        object?[] values = value is IEnumerable several and not (string or IDictionary) ? [.. several.Cast<object?>()] : [value];
        Array array = Array.CreateInstance(element, values.Length);
        for (int i = 0; i < values.Length; i++)
        {
            array.SetValue(Converted(values[i], element, path), i);
        }

        return array;
    }

    private static object Nested(object value, Type type, string path)
    {
        if (value is not IDictionary table)
        {
            throw new ArgumentException($"The plan's {path} takes a table, or several, not '{value}'.");
        }

        object nested = Activator.CreateInstance(type)!;
        foreach (DictionaryEntry entry in table)
        {
            Set(nested, Convert.ToString(entry.Key, CultureInfo.InvariantCulture)!, entry.Value, path);
        }

        return nested;
    }
}
