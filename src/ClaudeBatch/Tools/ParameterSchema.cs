using System.Management.Automation;
using System.Reflection;
using System.Text.Json.Nodes;
using ClaudeBatch.Core;
using ClaudeBatch.Rows;

namespace ClaudeBatch.Tools;

/// <summary>Makes the JSON schema of one parameter of a command: of its type, and of what its attributes say.</summary>
internal static class ParameterSchema
{
    /// <summary>Makes the schema.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="unsaid">Takes the name of an attribute that no schema can say.</param>
    /// <param name="why">Why there is none.</param>
    /// <returns>Null where no schema can be made of the type.</returns>
    public static JsonObject? Of(CommandParameterInfo parameter, Action<string> unsaid, out string? why)
    {
        Type given = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        Type type = given == typeof(SwitchParameter) ? typeof(bool) : given;
        why = WhyNot(type);
        if (why is not null)
        {
            return null;
        }

        JsonObject schema;
        try
        {
            schema = TypeSchema.Of(type);
        }
        catch (ClaudeBatchException e) // an attribute in a class, which says what no schema can say
        {
            why = e.Message.TrimEnd('.');
            return null;
        }

        foreach (ValidateArgumentsAttribute attribute in parameter.Attributes.OfType<ValidateArgumentsAttribute>())
        {
            string? lost = null;
            try
            {
                PropertyBounds.Say(attribute, type, schema, () => KindOf(attribute), name =>
                {
                    lost = name;
                    return new ClaudeBatchException(FailureKind.InvalidArgument, "ToolParameterInvalid", name);
                });
            }
            catch (ClaudeBatchException) when (lost is not null)
            {
                unsaid(lost);
            }
        }

        return schema;
    }

    /// <summary>
    /// Says why no JSON value stands for one of the type, as the end of a sentence; null where one does. A class of .NET's own stands for
    /// something else than its properties.
    /// </summary>
    public static string? WhyNot(Type type) => WhyNot(type, []);

    private static string? WhyNot(Type type, List<Type> above)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return WhyNot(underlying, above);
        }

        if (TypeSchema.ItemType(type) is { } item)
        {
            return WhyNot(item, above);
        }

        if (TypeSchema.IsSimple(type))
        {
            return null;
        }

        PropertyInfo[] properties = TypeSchema.Settable(type);
        return type == typeof(object) ? "it has no type; give it one, such as [string]"
            : above.Contains(type) ? $"[{type.Name}] contains itself"
            : type.Namespace?.Split('.')[0] == "System" || type.IsAbstract || properties.Length == 0 || type.GetConstructor([]) is null
                ? $"[{type.Name}] is not a text, a number, a date, a choice, nor a list or a class of these"
            : properties.Select(p => WhyNot(p.PropertyType, [.. above, type])).FirstOrDefault(static w => w is not null);
    }

    // The shell keeps it to itself.
    private static string? KindOf(ValidateArgumentsAttribute attribute)
        => attribute.GetType().GetProperty("RangeKind", BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(attribute)?.ToString();
}
