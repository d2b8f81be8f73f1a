using System.Globalization;

namespace ClaudeBatch.Report;

/// <summary>
/// Gives numbers, amounts and times in the form that they have in every culture. Those that stand below each other have the same number of
/// decimals.
/// </summary>
/// <param name="Cents">The number of decimals of amounts.</param>
/// <param name="Tenths">The number of decimals of durations.</param>
internal sealed record Figures(int Cents, int Tenths)
{
    private const int FewestCents = 2;

    private const int MostCents = 6;

    // Digits that matter of the smallest amount.
    private const int Digits = 4;

    public static Figures Of(IEnumerable<object?> values)
    {
        object[] known = [.. values.OfType<object>()];
        decimal[] amounts = [.. known.OfType<decimal>().Where(static d => d != 0)];
        int most = amounts.Length == 0 ? FewestCents
            : Math.Clamp(Digits - 1 - (int)Math.Floor(Math.Log10((double)amounts.Min(Math.Abs))), FewestCents, MostCents);
        int cents = FewestCents;
        while (cents < most && amounts.Any(d => Math.Round(d, most) != Math.Round(d, cents)))
        {
            cents++;
        }

        return new Figures(cents, known.OfType<TimeSpan>().Any(static s => Math.Round(In(s).Value, 1) % 1 != 0) ? 1 : 0);
    }

    /// <summary>Gives a value that stands by itself.</summary>
    public static string Alone(object? value) => Of([value]).Text(value);

    public string Text(object? value) => value switch
    {
        null => "–",
        decimal dollars => "$" + dollars.ToString($"F{Cents}", CultureInfo.InvariantCulture),
        Share { Value: { } share } => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.00} %"),
        Share => "–",
        Chance { Value: > 0 and < 0.001 } => "< 0.001",
        Chance chance => Text(chance.Value),
        double share => string.Create(CultureInfo.InvariantCulture, $"{share:0.000}"),
        DateTime time => time.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        TimeSpan span => $"{In(span).Value.ToString($"F{Tenths}", CultureInfo.InvariantCulture)} {In(span).Unit}",
        IFormattable number => number.ToString("N0", CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private static (double Value, string Unit) In(TimeSpan span) => span.TotalDays >= 2 ? (span.TotalDays, "days")
        : span.TotalHours >= 2 ? (span.TotalHours, "h")
        : span.TotalMinutes >= 2 ? (span.TotalMinutes, "min")
        : (span.TotalSeconds, "s");
}

/// <summary>A share that is shown in percent.</summary>
/// <param name="Value">From 0 to 1; null where it is not known.</param>
internal readonly record struct Share(double? Value)
{
    public static Share Of(long part, long whole) => new(whole == 0 ? null : (double)part / whole);
}

/// <summary>How likely something is, where what matters of it is how small it is.</summary>
/// <param name="Value">From 0 to 1; null where it is not known.</param>
internal readonly record struct Chance(double? Value);
