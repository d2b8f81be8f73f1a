using System.Globalization;
using System.Management.Automation;

namespace ClaudeBatch.Pipeline;

/// <summary>
/// Lets people write a duration as they would say it: <c>30s</c>, <c>15m</c>, <c>12h</c>, <c>30d</c>, <c>2w</c>, as a number of seconds, or
/// as a TimeSpan.
/// </summary>
/// <remarks>
/// PowerShell reads <c>30d</c> as the decimal number 30 and <c>30s</c> as the short one; what was typed is the text of the object that it
/// wraps around the number. Where that is lost, by a variable, by parentheses or by splatting, only the types that a plain number has are
/// taken: else <c>$age = 30d</c> would be 30 seconds.
/// </remarks>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DurationTransformationAttribute : ArgumentTransformationAttribute
{
    /// <summary>A hundred years: what is longer is a slip, and the end of it is no date.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(36_500);

    private static readonly Dictionary<char, TimeSpan> s_units = new()
    {
        ['s'] = TimeSpan.FromSeconds(1),
        ['m'] = TimeSpan.FromMinutes(1),
        ['h'] = TimeSpan.FromHours(1),
        ['d'] = TimeSpan.FromDays(1),
        ['w'] = TimeSpan.FromDays(7),
    };

    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object bare = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        string typed = Text(inputData, bare);
        TimeSpan duration = bare switch
        {
            TimeSpan span => span,
            string => Parse(typed) ?? throw Refused($"'{typed}' is no duration."),
            null or not (int or long or double or short or decimal or sbyte or byte or ushort or uint or ulong or float) => throw Refused(
                $"'{typed}' is no duration."),
            // As it was typed; of a variable's value it is the number alone.
            _ when bare is int or long or double || !IsPlain(typed) => Parse(typed) ?? throw Refused($"'{typed}' is no duration."),
            _ => throw Refused(
                $"It is the number {typed} of type {bare.GetType().Name}, as PowerShell makes it of {typed}d or {typed}s: whether days or seconds "
                    + $"were meant is lost in a variable, in parentheses and in a splatted table. There, write '{typed}d' in quotes, or "
                    + $"(New-TimeSpan -Days {typed})."),
        };
        return duration < TimeSpan.Zero ? throw Refused($"'{typed}' is negative.")
            : duration > s_longest ? throw Refused($"'{typed}' is more than {s_longest.TotalDays:0} days.")
            : duration;
    }

    // A number whose text is lost is written as it is in the shell's own language, whatever the culture is.
    private static string Text(object? given, object? bare)
    {
        string text = given?.ToString() ?? string.Empty;
        return bare is IFormattable number && text == number.ToString() ? number.ToString(null, CultureInfo.InvariantCulture) : text;
    }

    private static bool IsPlain(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static TimeSpan? Parse(string text)
    {
        text = text.Trim();
        if (text.Contains(':', StringComparison.Ordinal))
        {
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan span) ? span : null;
        }

        TimeSpan unit = s_units['s'];
        if (text.Length > 0 && s_units.TryGetValue(char.ToLowerInvariant(text[^1]), out TimeSpan named))
        {
            (text, unit) = (text[..^1], named);
        }

        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) || double.IsNaN(number))
        {
            return null;
        }

        double ticks = number * unit.Ticks;
        return ticks >= long.MaxValue ? TimeSpan.MaxValue : ticks <= long.MinValue ? TimeSpan.MinValue : TimeSpan.FromTicks((long)ticks);
    }

    private static ArgumentTransformationMetadataException Refused(string why) => new(
        $"{why} Write a number with its unit (30s, 15m, 12h, 30d, 2w), a number of seconds (30), or a TimeSpan ('1.12:00:00').");
}
