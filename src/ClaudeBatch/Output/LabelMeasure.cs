using ClaudeBatch.Core.Measures;

namespace ClaudeBatch;

/// <summary>How well the answers of a job find one label.</summary>
public sealed class LabelMeasure
{
    public string? Label { get; set; }

    /// <summary>The share of the answers with the label that are right; 0 where no answer has it.</summary>
    public double Precision { get; set; }

    /// <summary>The share of the rows with the label that were found; 0 where no row has it.</summary>
    public double Recall { get; set; }

    /// <summary>The harmonic mean of precision and recall.</summary>
    public double F1 { get; set; }

    /// <summary>How many rows have the label.</summary>
    public long Support { get; set; }

    public override string ToString() => Label ?? string.Empty;

    internal static LabelMeasure From(LabelScore score, LabelCodes labels) => new()
    {
        Label = labels[score.Label],
        Precision = score.Precision,
        Recall = score.Recall,
        F1 = score.F1,
        Support = score.Support,
    };
}
