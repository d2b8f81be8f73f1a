using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using System.Xml;

namespace ClaudeBatch.Json;

/// <summary>
/// The text of a single value, the same on every machine, in every culture and time zone: a time with a zone or an offset is in UTC, with
/// <c>Z</c> at its end; a time without stands as it is.
/// </summary>
internal static class ScalarText
{
    private static readonly ConcurrentDictionary<Type, bool> s_describesItself = [];

    /// <summary>Gives the text of a single value; null for what consists of values: a list, a table, an object with properties.</summary>
    /// <param name="value">A value without PowerShell's wrapper around it.</param>
    public static string? Of(object value) => value switch
    {
        string text => text,
        PSObject => null, // it would be asked to format itself
        bool flag => flag ? "true" : "false",
        SwitchParameter flag => flag ? "true" : "false",
        DateTime time => Utc(time).ToString("o", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.UtcDateTime.ToString("o", CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("o", CultureInfo.InvariantCulture),
        TimeOnly time => time.ToString("o", CultureInfo.InvariantCulture),
        TimeSpan span => XmlConvert.ToString(span),
        XmlNode node => node.OuterXml,
        char or Uri or Version => value.ToString(),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => DescribesItself(value) ? value.ToString() : null,
    };

    /// <summary>Converts a local time to UTC. A time that says nothing of its zone is not changed.</summary>
    public static DateTime Utc(DateTime time) => time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : time;

    // A file, a type, an address: a type of .NET that says how it is written as text. Its properties say more than anybody means, and may
    // have no end.
    private static bool DescribesItself(object value) => s_describesItself.GetOrAdd(value.GetType(), static type =>
        type.Namespace is { } space
        && (space is "System" or "Microsoft" || space.StartsWith("System.", StringComparison.Ordinal)
            || space.StartsWith("Microsoft.", StringComparison.Ordinal))
        && type != typeof(PSCustomObject)
        && !typeof(IEnumerable).IsAssignableFrom(type)
        && !typeof(ITuple).IsAssignableFrom(type)
        && !(type.IsGenericType && type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>))
        && type.GetMethod(nameof(ToString), Type.EmptyTypes)!.DeclaringType is { } declaring
        && declaring != typeof(object) && declaring != typeof(ValueType));
}
