using System.Collections;
using System.Collections.Specialized;
using System.Globalization;
using System.Management.Automation;
using System.Reflection;
using System.Text.Json;
using ClaudeBatch.Core;
using ClaudeBatch.Json;

namespace ClaudeBatch.Rows;

/// <summary>Makes the JSON schema of an answer from what the user gives: a hashtable, JSON, a file, or a type with properties.</summary>
internal static class SchemaSource
{
    /// <summary>Makes the schema and checks it.</summary>
    /// <returns>An object that <see cref="JsonText"/> writes as the schema.</returns>
    /// <exception cref="ClaudeBatchException"><c>OutputSchemaInvalid</c>: the service would refuse the schema. <c>PathNotFound</c>: there
    /// is no such file.</exception>
    public static object From(object given, Func<string, string> resolve)
    {
        object bare = given is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : given;
        object schema = bare switch
        {
            Type type => OfType(type, []),
            string text when text.AsSpan().TrimStart().StartsWith("{") => Parse(text, "The JSON of -OutputSchema"),
            string path => Parse(Read(resolve(path)), $"'{path}'"),
            FileInfo file => Parse(Read(file.FullName), $"'{file.FullName}'"),
            _ => given,
        };
        using JsonDocument document = JsonDocument.Parse(JsonText.Write(schema));
        IReadOnlyList<string> faults = Core.Requests.OutputSchema.Faults(document.RootElement);
        return faults.Count == 0
            ? schema
            : throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "OutputSchemaInvalid",
                $"The service would refuse the schema of -OutputSchema: {string.Join(" ", faults)}")
            { Target = given };
    }

    private static string Read(string path) => File.Exists(path)
        ? File.ReadAllText(path)
        : throw new ClaudeBatchException(
            FailureKind.NotFound,
            "PathNotFound",
            $"There is no file '{path}'. -OutputSchema takes a hashtable, JSON, the path of a file, or a type.")
        { Target = path };

    private static object Parse(string json, string place)
    {
        try
        {
            return ObjectView.Parse(global::System.Text.Encoding.UTF8.GetBytes(json))!;
        }
        catch (JsonException e)
        {
            throw new ClaudeBatchException(FailureKind.InvalidArgument, "OutputSchemaInvalid", $"{place} is not JSON: {e.Message}", e)
            { Target = json };
        }
    }

    private static OrderedDictionary OfType(Type type, List<Type> above)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            OrderedDictionary nullable = OfType(underlying, above);
            nullable["type"] = new[] { nullable["type"], "null" };
            return nullable;
        }

        if (type.IsEnum)
        {
            return new OrderedDictionary { ["type"] = "string", ["enum"] = Enum.GetNames(type) };
        }

        if (ItemType(type) is { } item)
        {
            return new OrderedDictionary { ["type"] = "array", ["items"] = OfType(item, above) };
        }

        return Simple(type) is { } simple ? simple : OfClass(type, above);
    }

    private static OrderedDictionary? Simple(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.String or TypeCode.Char => new OrderedDictionary { ["type"] = "string" },
        TypeCode.Boolean => new OrderedDictionary { ["type"] = "boolean" },
        TypeCode.Single or TypeCode.Double or TypeCode.Decimal => new OrderedDictionary { ["type"] = "number" },
        TypeCode.DateTime => new OrderedDictionary { ["type"] = "string", ["format"] = "date-time" },
        >= TypeCode.SByte and <= TypeCode.UInt64 => new OrderedDictionary { ["type"] = "integer" },
        _ when type == typeof(DateTimeOffset) => new OrderedDictionary { ["type"] = "string", ["format"] = "date-time" },
        _ when type == typeof(DateOnly) => new OrderedDictionary { ["type"] = "string", ["format"] = "date" },
        _ when type == typeof(Guid) => new OrderedDictionary { ["type"] = "string", ["format"] = "uuid" },
        _ when type == typeof(Uri) => new OrderedDictionary { ["type"] = "string", ["format"] = "uri" },
        _ => null,
    };

    private static OrderedDictionary OfClass(Type type, List<Type> above)
    {
        PropertyInfo[] properties = [.. type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Where(static p => p.CanWrite && p.GetIndexParameters().Length == 0)];
        if (properties.Length == 0 || above.Contains(type))
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "OutputSchemaInvalid",
                above.Contains(type)
                    ? $"[{type.Name}] contains itself; the service takes no recursive schemas."
                    : string.Create(
                        CultureInfo.InvariantCulture, $"[{type.Name}] has no properties that can be set, so no schema can be made of it."))
            { Target = type };
        }

        OrderedDictionary members = [];
        foreach (PropertyInfo property in properties)
        {
            members[property.Name] = OfType(property.PropertyType, [.. above, type]);
        }

        return new OrderedDictionary
        {
            ["type"] = "object",
            ["properties"] = members,
            ["required"] = properties.Select(static p => p.Name).ToArray(),
            ["additionalProperties"] = false,
        };
    }

    private static Type? ItemType(Type type)
        => type.IsArray ? type.GetElementType()
            : type != typeof(string) && type.IsGenericType && typeof(IEnumerable).IsAssignableFrom(type)
                && type.GetGenericArguments() is [Type only] ? only
            : null;
}
