using System.Globalization;

namespace ClaudeBatch.Benchmarks;

/// <summary>All measurements of the works by the contestants, and how they are told.</summary>
internal sealed class Taken
{
    private readonly Dictionary<(Work, Contestant), List<Measurement>> _all = [];

    public void Add(Work work, Contestant who, Measurement measurement)
    {
        _all.TryAdd((work, who), []);
        _all[(work, who)].Add(measurement);
    }

    public bool Has(Work work, Contestant who) => _all.ContainsKey((work, who));

    /// <summary>Returns the median, the least and the most time.</summary>
    public string Times(Work work, Contestant who)
    {
        double median = Seconds(work, who);
        (double least, double most) = (_all[(work, who)].Min(static m => m.Seconds), _all[(work, who)].Max(static m => m.Seconds));
        return median < 0.1
            ? Format($"{median * 1e3:0} ms ({least * 1e3:0}–{most * 1e3:0})")
            : Format($"{median:0.00} s ({least:0.00}–{most:0.00})");
    }

    public string Peak(Work work, Contestant who) => Format($"{PeakMB(work, who):N0} MB");

    public double PeakMB(Work work, Contestant who) => Median(_all[(work, who)], static m => m.PeakMB);

    public double Seconds(Work work, Contestant who) => Median(_all[(work, who)], static m => m.Seconds);

    public double TakenOff(Work work, Contestant who) => Median(_all[(work, who)], static m => m.TakenOff);

    public static double Median(IEnumerable<Measurement> all, Func<Measurement, double> value)
    {
        double[] sorted = [.. all.Select(value).Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    public static string Met(bool isMet) => isMet ? "met" : "**missed**";

    public static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
