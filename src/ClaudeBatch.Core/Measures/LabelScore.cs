namespace ClaudeBatch.Core.Measures;

/// <summary>How well one label was found.</summary>
/// <param name="Label">The number of the label.</param>
/// <param name="Support">How many rows have it.</param>
/// <param name="Predicted">How many answers say it.</param>
/// <param name="Correct">How many of them say it where it is right.</param>
public sealed record LabelScore(int Label, long Support, long Predicted, long Correct)
{
    /// <summary>The share of the answers with the label that are right; 0 where no answer has it.</summary>
    public double Precision => Statistics.Share(Correct, Predicted) ?? 0;

    /// <summary>The share of the rows with the label that were found; 0 where no row has it.</summary>
    public double Recall => Statistics.Share(Correct, Support) ?? 0;

    /// <summary>The harmonic mean of both.</summary>
    public double F1 => Statistics.Share(2 * Correct, Support + Predicted) ?? 0;
}
