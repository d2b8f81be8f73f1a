namespace ClaudeBatch.Core.Measures;

/// <summary>What is counted of the rows of one job in one group.</summary>
/// <param name="needsLabel">Whether a row counts only where it is known which label is right.</param>
public sealed class GroupFigures(bool needsLabel)
{
    public ConfusionTable Confusion { get; } = new();

    /// <summary>How many rows were left out, as nobody knows which label is right.</summary>
    public long Unlabeled { get; private set; }

    /// <summary>What the rows have cost together, in picodollars, as far as it is known.</summary>
    public long Picodollars { get; private set; }

    /// <summary>How many rows have a cost that is not known.</summary>
    public long Unpriced { get; private set; }

    /// <param name="row">What is known of the row.</param>
    /// <param name="picodollars">What it has cost; null where that is not known.</param>
    public void Add(MeasuredRow row, long? picodollars)
    {
        if (needsLabel && row.Expected == LabelCodes.None)
        {
            Unlabeled++;
            return;
        }

        Confusion.Add(row);
        Picodollars += picodollars ?? 0;
        Unpriced += picodollars is null ? 1 : 0;
    }
}
