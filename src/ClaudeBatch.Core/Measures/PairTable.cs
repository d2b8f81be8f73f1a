namespace ClaudeBatch.Core.Measures;

/// <summary>Two jobs beside each other, over the rows that both have answered with a label.</summary>
public sealed class PairTable
{
    private readonly Dictionary<int, (long First, long Second)> _labels = [];

    private long _same;

    private long _withLabel;

    /// <summary>How many rows both jobs have.</summary>
    public long Common { get; private set; }

    /// <summary>How many rows both have answered.</summary>
    public long Rows { get; private set; }

    /// <summary>How often only the first job is right.</summary>
    public long OnlyFirst { get; private set; }

    /// <summary>How often only the second job is right.</summary>
    public long OnlySecond { get; private set; }

    /// <summary>The share of the rows in which both say the same; null where there are none.</summary>
    public double? Agreement => Statistics.Share(_same, Rows);

    /// <summary>
    /// Cohen's kappa: how far they agree beyond what chance would give. It is null where there is nothing beyond chance, as both say one label
    /// throughout.
    /// </summary>
    public double? Kappa
    {
        get
        {
            if (Rows == 0)
            {
                return null;
            }

            double chance = _labels.Values.Sum(c => (double)c.First / Rows * c.Second / Rows);
            bool isOneLabel = _labels.Values.Any(c => c.First == Rows && c.Second == Rows);
            return isOneLabel ? null : (((double)_same / Rows) - chance) / (1 - chance);
        }
    }

    /// <summary>McNemar's exact p; null where no row has a label that is right.</summary>
    public double? McNemarP => _withLabel == 0 ? null : Statistics.McNemar(OnlyFirst, OnlySecond);

    /// <summary>Puts two jobs beside each other, each group apart. A row is in the group that it has in the first.</summary>
    public static IReadOnlyDictionary<int, PairTable> Of(MeasuredJob first, MeasuredJob second)
    {
        Dictionary<int, PairTable> pairs = first.Groups.Keys.ToDictionary(static g => g, static _ => new PairTable());
        for (int place = 0; place < first.Rows.Count; place++)
        {
            (MeasuredRow one, MeasuredRow other) = (first.At(place), second.At(place));
            bool counts = one != MeasuredRow.Absent && other != MeasuredRow.Absent;
            if (counts && !(first.NeedsLabel && one.Expected == LabelCodes.None))
            {
                pairs[one.Group].Add(one, other);
            }
        }

        return pairs;
    }

    /// <summary>Takes a row that both jobs have.</summary>
    public void Add(MeasuredRow first, MeasuredRow second)
    {
        Common++;
        if (!first.HasLabel || !second.HasLabel)
        {
            return;
        }

        Rows++;
        _same += first.Actual == second.Actual ? 1 : 0;
        Count(first.Actual, 1, 0);
        Count(second.Actual, 0, 1);
        if (first.Expected >= 0)
        {
            _withLabel++;
            bool isFirst = first.Actual == first.Expected, isSecond = second.Actual == first.Expected;
            OnlyFirst += isFirst && !isSecond ? 1 : 0;
            OnlySecond += isSecond && !isFirst ? 1 : 0;
        }
    }

    private void Count(int label, long first, long second)
    {
        (long toFirst, long toSecond) = _labels.GetValueOrDefault(label);
        _labels[label] = (toFirst + first, toSecond + second);
    }
}
