using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Reflection;
using System.Runtime.ExceptionServices;
using System.Text;
using System.Text.Json;
using ClaudeBatch.Json;
using ClaudeBatch.Rows;

namespace ClaudeBatch.Tools;

/// <summary>
/// Makes values of the types of parameters from JSON. The shell would make more of it than anybody means: 15 of the text '1,5', a choice
/// of the first letters of its name, an opened file of a path.
/// </summary>
internal sealed partial class ArgumentReader
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

                if (Array.Find(TypeSchema.Settable(type), p => p.Name == member.Name) is not { } property)
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
