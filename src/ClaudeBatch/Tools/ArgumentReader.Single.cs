using System.Globalization;
using System.Management.Automation;
using System.Text.Json;
using System.Xml;

namespace ClaudeBatch.Tools;

/// <content>Single values: texts, numbers, dates, choices.</content>
internal sealed partial class ArgumentReader
{
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
            object given = type == typeof(float) ? (object)(float)near : near; // without the cast both are doubles
            return double.IsFinite(near) && (given is not float single || float.IsFinite(single)) ? given : null;
        }

        // What is too small for a decimal, such as 1e-400, is read as 0.
        if (!json.TryGetDecimal(out decimal exact) || (exact == 0 && !IsZero(json.GetRawText())))
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

    private static bool IsZero(string number) => number.Split('e', 'E')[0].AsSpan().IndexOfAnyInRange('1', '9') < 0;
}
