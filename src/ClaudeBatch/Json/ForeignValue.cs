using System.Collections;
using System.Collections.Concurrent;
using System.Data;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Internal;
using System.Numerics;
using System.Security;
using System.Text;
using ClaudeBatch.Core;

namespace ClaudeBatch.Json;

/// <summary>Values that are not what they look like: of another process, of another library, or not to be written at all.</summary>
internal static class ForeignValue
{
    private const string Deserialized = "Deserialized.";

    private static readonly ConcurrentDictionary<Type, bool> s_isJson = [];

    /// <summary>Gives a value without PowerShell's wrapper; a custom object, which is nothing else, as it is.</summary>
    /// <exception cref="ClaudeBatchException"><c>ValueSecret</c>: it is a secret.</exception>
    public static object? Bare(object? value) => value switch
    {
        null or string or RawNumber => value,
        PSObject wrapped => Unwrapped(wrapped),
        SecureString or PSCredential => throw new ClaudeBatchException(
            FailureKind.InvalidRequest,
            "ValueSecret",
            $"A value is a {value.GetType().Name}: a secret is not put into a request. Leave it out, or give its text yourself."),
        DataTable table => table.Rows,
        IEnumerable items when IsJson(items) => ObjectView.Parse(Encoding.UTF8.GetBytes(items.ToString()!)),
        _ => value,
    };

    private static object? Unwrapped(PSObject value)
    {
        if (ReferenceEquals(value, AutomationNull.Value))
        {
            return null; // what a command without output has given
        }

        if (value.BaseObject is PSCustomObject)
        {
            return value.TypeNames is [var type, ..] && type.StartsWith(Deserialized, StringComparison.Ordinal)
                ? Rebuilt(value, type)
                : value;
        }

        // An enum that came through a file or from another process is its number, and says its name.
        return value.BaseObject is int or long or byte or short or uint or ulong or sbyte or ushort
            && value.TypeNames.Contains("Deserialized.System.Enum") ? value.ToString() : Bare(value.BaseObject);
    }

    // Single values for which Clixml has no element come as objects with the properties of their types.
    private static object Rebuilt(PSObject value, string type)
    {
        object? Of(string property) => value.Properties[property]?.Value;
        return type[Deserialized.Length..] switch
        {
            "System.DateOnly" when Of("DayNumber") is int day => DateOnly.FromDayNumber(day),
            "System.TimeOnly" when Of("Ticks") is long ticks => new TimeOnly(ticks),
            "System.DateTimeOffset" when Of("UtcDateTime") is DateTime time => time,
            "System.Numerics.BigInteger" when BigInteger.TryParse(
                value.ToString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger number) => number,
            _ => value,
        };
    }

    // The types are told by their names: the module has an assembly of its own for JSON, and the shell another.
    private static bool IsJson(IEnumerable items) => s_isJson.GetOrAdd(items.GetType(), static type =>
    {
        for (Type? one = type; one is not null; one = one.BaseType)
        {
            if (one.FullName is "System.Text.Json.Nodes.JsonNode" or "Newtonsoft.Json.Linq.JToken")
            {
                return true;
            }
        }

        return false;
    });
}
