using System.Collections;
using System.ComponentModel;
using System.Management.Automation;
using System.Reflection;
using System.Text.Json.Nodes;
using ClaudeBatch.Core;

namespace ClaudeBatch.Rows;

/// <summary>Makes the JSON schema of an object from a .NET type or a PowerShell class: its properties, and what is said about each.</summary>
internal static class TypeSchema
{
    /// <summary>Makes the schema.</summary>
    /// <exception cref="ClaudeBatchException"><c>OutputSchemaInvalid</c>: the type contains itself or has nothing that can be set, or an
    /// attribute says what no schema can say.</exception>
    public static JsonObject Of(Type type) => Of(type, []);

    private static JsonObject Of(Type type, List<Type> above)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            JsonObject nullable = Of(underlying, above);
            nullable["type"] = new JsonArray(nullable["type"]!.DeepClone(), "null");
            return nullable;
        }

        if (type.IsEnum)
        {
            JsonNode[] names = [.. Enum.GetNames(type).Select(static n => (JsonNode)n)];
            return new JsonObject { ["type"] = "string", ["enum"] = new JsonArray(names) };
        }

        if (ItemType(type) is { } item)
        {
            return new JsonObject { ["type"] = "array", ["items"] = Of(item, above) };
        }

        return Simple(type) ?? OfClass(type, above);
    }

    /// <summary>Gives the type of an array's or a list's items; null where the type is neither.</summary>
    public static Type? ItemType(Type type)
        => type.IsArray ? type.GetElementType()
            : type != typeof(string) && type.IsGenericType && typeof(IEnumerable).IsAssignableFrom(type)
                && type.GetGenericArguments() is [Type only] ? only
            : null;

    /// <summary>Whether a single value of JSON stands for one of the type.</summary>
    public static bool IsSimple(Type type) => type.IsEnum || Simple(type) is not null;

    private static JsonObject? Simple(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.String => new JsonObject { ["type"] = "string" },
        TypeCode.Char => new JsonObject { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = 1 },
        TypeCode.Boolean => new JsonObject { ["type"] = "boolean" },
        TypeCode.Single or TypeCode.Double or TypeCode.Decimal => new JsonObject { ["type"] = "number" },
        TypeCode.DateTime => Text("date-time"),
        >= TypeCode.SByte and <= TypeCode.UInt64 => new JsonObject { ["type"] = "integer" },
        _ when type == typeof(DateTimeOffset) => Text("date-time"),
        _ when type == typeof(DateOnly) => Text("date"),
        _ when type == typeof(Guid) => Text("uuid"),
        _ when type == typeof(Uri) => Text("uri"),
        _ => null,
    };

    private static JsonObject Text(string format) => new() { ["type"] = "string", ["format"] = format };

    /// <summary>Gives the properties of a class that a value can be given to; not those that its author has hidden.</summary>
    public static PropertyInfo[] Settable(Type type) =>
    [
        .. type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Where(static p => p.CanWrite && p.GetIndexParameters().Length == 0 && !p.IsDefined(typeof(HiddenAttribute))),
    ];

    private static JsonObject OfClass(Type type, List<Type> above)
    {
        PropertyInfo[] properties = Settable(type);
        if (properties.Length == 0 || above.Contains(type))
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "OutputSchemaInvalid",
                above.Contains(type)
                    ? $"[{type.Name}] contains itself; the service takes no recursive schemas."
                    : $"[{type.Name}] has no properties that can be set, so no schema can be made of it.")
            { Target = type };
        }

        JsonObject members = [];
        foreach (PropertyInfo property in properties)
        {
            JsonObject schema = Of(property.PropertyType, [.. above, type]);
            if (property.GetCustomAttribute<DescriptionAttribute>() is { Description: { Length: > 0 } description })
            {
                schema["description"] = description;
            }

            PropertyBounds.Say(property, schema);
            members[property.Name] = schema;
        }

        return new JsonObject
        {
            ["type"] = "object",
            ["properties"] = members,
            ["required"] = new JsonArray([.. properties.Select(static p => (JsonNode)p.Name)]),
            ["additionalProperties"] = false,
        };
    }
}
