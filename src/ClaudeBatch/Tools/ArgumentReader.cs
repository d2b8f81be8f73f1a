using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Reflection;
using System.Runtime.ExceptionServices;
using System.Text;
using System.Text.Json;
using System.Xml;
using ClaudeBatch.Json;
using ClaudeBatch.Rows;

namespace ClaudeBatch.Tools;

/// <summary>
/// Makes values of the types of parameters from JSON. The shell would make more of it than anybody means: 15 of the text '1,5', a choice
/// of the first letters of its name, an opened file of a path.
/// </summary>
internal sealed class ArgumentReader
{
    /// <summary>What does not fit, and where; null while all does.</summary>
    public string? Fault { get; private set; }

    /// <summary>Tells whether values of the type are made at all.</summary>
    public static bool Takes(Type type)
    {
        Type bare = Nullable.GetUnderlyingType(type) ?? type;
        return TypeSchema.ItemType(bare) is { } item ? Takes(item)
            : IsLoose(bare) || IsSwitch(bare) || bare == typeof(TimeSpan) || bare == typeof(Version) || bare == typeof(TimeOnly)
                || ParameterSchema.WhyNot(bare) is null;
    }

    /// <summary>Makes a value. Where it does not fit, there is a <see cref="Fault"/>.</summary>
    public object? Read(JsonElement json, Type type, string path)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return json.ValueKind == JsonValueKind.Null ? null : Read(json, underlying, path);
        }

        if (TypeSchema.ItemType(type) is { } item)
        {
            return Items(json, item, path);
        }

        if (IsLoose(type))
        {
            return typeof(IDictionary).IsAssignableFrom(type) ? Table(json, path) : Any(json, path);
        }

        object? value = type.IsEnum ? Choice(json, type) : Single(json, type);
        return value is null && Fault is null && !TypeSchema.IsSimple(type) && !IsSwitch(type) && json.ValueKind == JsonValueKind.Object
            ? Instance(json, type, path)
            : value ?? Misfit(path, $"is no value of [{type.Name}]{Form(type)}.");
    }

    private static bool IsLoose(Type type) => type == typeof(object) || type == typeof(PSObject) || type == typeof(Hashtable)
        || type == typeof(IDictionary);

    private static bool IsSwitch(Type type) => type == typeof(SwitchParameter);

    private static string Form(Type type) => type switch
    {
        { IsEnum: true } => $"; one of {string.Join(", ", Enum.GetNames(type))} is",
        _ when type == typeof(DateTime) || type == typeof(DateTimeOffset) => ", which is written 2026-01-31 or 2026-01-31T23:59:00Z",
        _ when type == typeof(DateOnly) => ", which is written 2026-01-31",
        _ when type == typeof(TimeOnly) => ", which is written 23:59:00",
        _ when type == typeof(TimeSpan) => ", which is written 1.23:59:00 or PT30M",
        _ => string.Empty,
    };

    private static object? Choice(JsonElement json, Type type)
        => json.ValueKind == JsonValueKind.String && Enum.GetNames(type).Contains(json.GetString(), StringComparer.Ordinal)
            ? Enum.Parse(type, json.GetString()!)
            : null;

    private static object? Single(JsonElement json, Type type) => json.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => type == typeof(bool) ? json.GetBoolean()
            : IsSwitch(type) ? new SwitchParameter(json.GetBoolean())
            : null,
        JsonValueKind.Number => type == typeof(string) ? json.GetRawText() : Number(json, type),
        JsonValueKind.String => Text(json, json.GetString()!, type),
        _ => null,
    };

    private static object? Text(JsonElement json, string text, Type type)
        => type == typeof(string) ? text
            : type == typeof(char) ? (text.Length == 1 ? text[0] : null)
            : type == typeof(DateTime) ? (json.TryGetDateTime(out DateTime time) ? Local(time) : null)
            : type == typeof(DateTimeOffset) ? (json.TryGetDateTimeOffset(out DateTimeOffset instant) ? instant : null)
            : type == typeof(DateOnly)
                ? (DateOnly.TryParseExact(text, "o", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day) ? day : null)
            : type == typeof(TimeOnly) ? (TimeOnly.TryParse(text, CultureInfo.InvariantCulture, out TimeOnly clock) ? clock : null)
            : type == typeof(TimeSpan) ? Span(text)
            : type == typeof(Guid) ? (json.TryGetGuid(out Guid id) ? id : null)
            : type == typeof(Uri) ? (Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out Uri? address) ? address : null)
            : type == typeof(Version) && Version.TryParse(text, out Version? version) ? version
            : null;

    // What objects have are local times.
    private static DateTime Local(DateTime time) => time.Kind == DateTimeKind.Utc ? time.ToLocalTime() : time;

    private static TimeSpan? Span(string text)
    {
        if (TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out TimeSpan span))
        {
            return span;
        }

        try
        {
            return XmlConvert.ToTimeSpan(text);
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            return null;
        }
    }

    private static object? Number(JsonElement json, Type type)
    {
        if (Type.GetTypeCode(type) is TypeCode.Single or TypeCode.Double)
        {
            double near = json.GetDouble();
            object given = type == typeof(float) ? (float)near : near;
            return double.IsFinite(near) && (given is not float single || float.IsFinite(single)) ? given : null;
        }

        if (!json.TryGetDecimal(out decimal exact))
        {
            return null;
        }

        if (type == typeof(decimal))
        {
            return exact;
        }

        try
        {
            // 3.7 is no whole number, and a conversion would round it.
            return Type.GetTypeCode(type) is >= TypeCode.SByte and <= TypeCode.UInt64 && exact == decimal.Truncate(exact)
                ? Convert.ChangeType(exact, type, CultureInfo.InvariantCulture)
                : null;
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    private object? Misfit(string path, string why)
    {
        Fault ??= $"{path} {why}";
        return null;
    }

    private Array? Items(JsonElement json, Type item, string path)
    {
        JsonElement[] given = json.ValueKind switch
        {
            JsonValueKind.Array => [.. json.EnumerateArray()],
            JsonValueKind.Null => [],
            _ => [json],
        };
        Array items = Array.CreateInstance(item, given.Length);
        for (int i = 0; i < given.Length && Fault is null; i++)
        {
            string place = string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]");
            if (Read(given[i], item, place) is { } value && Fault is null)
            {
                items.SetValue(value, i);
            }
        }

        return Fault is null ? items : null;
    }

    private object? Any(JsonElement json, string path)
    {
        if (json.ValueKind is JsonValueKind.Object or JsonValueKind.Array && Twice(json, StringComparer.Ordinal) is { } name)
        {
            return Misfit(path, $"has the name '{name}' twice.");
        }

        return ObjectView.Parse(Encoding.UTF8.GetBytes(json.GetRawText()));
    }

    private object? Table(JsonElement json, string path)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return Misfit(path, "is no object.");
        }

        if (Twice(json, StringComparer.OrdinalIgnoreCase) is { } name)
        {
            return Misfit(path, $"has the name '{name}' twice; names that differ in case alone are one.");
        }

        Hashtable table = new(StringComparer.OrdinalIgnoreCase);
        foreach (JsonProperty member in json.EnumerateObject())
        {
            table.Add(member.Name, Any(member.Value, $"{path}.{member.Name}"));
        }

        return table;
    }

    private static string? Twice(JsonElement json, StringComparer names)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Array:
                return json.EnumerateArray().Select(i => Twice(i, names)).FirstOrDefault(static n => n is not null);
            case JsonValueKind.Object:
                HashSet<string> seen = new(names);
                return json.EnumerateObject().Select(m => seen.Add(m.Name) ? Twice(m.Value, names) : m.Name)
                    .FirstOrDefault(static n => n is not null);
            default:
                return null;
        }
    }

    private object? Instance(JsonElement json, Type type, string path)
    {
        try
        {
            object made = Activator.CreateInstance(type)!;
            HashSet<string> seen = new(StringComparer.Ordinal);
            foreach (JsonProperty member in json.EnumerateObject())
            {
                string place = $"{path}.{member.Name}";
                if (!seen.Add(member.Name))
                {
                    return Misfit(path, $"has the name '{member.Name}' twice.");
                }

                if (type.GetProperty(member.Name, BindingFlags.Instance | BindingFlags.Public) is not { CanWrite: true } property)
                {
                    return Misfit(place, $"is no property of [{type.Name}].");
                }

                object? value = Read(member.Value, property.PropertyType, place);
                if (Fault is not null)
                {
                    return null;
                }

                property.SetValue(made, value);
            }

            return made;
        }
        catch (TargetInvocationException e) when (e.InnerException is PipelineStoppedException or FlowControlException)
        {
            ExceptionDispatchInfo.Throw(e.InnerException);
            throw;
        }
        catch (TargetInvocationException e)
        {
            return Misfit(path, $"is no value of [{type.Name}]: {e.InnerException!.Message}");
        }
    }
}
