namespace ClaudeBatch.Report;

/// <summary>How right the answers of a job are.</summary>
/// <param name="Job">The name of the job, or of a group of it.</param>
public sealed record ReportEvaluation(string Job)
{
    /// <summary>The number of rows that were compared.</summary>
    public long Rows { get; init; }

    public long Answered { get; init; }

    /// <summary>The rows without an answer. They count as wrong.</summary>
    public long Unanswered { get; init; }

    /// <summary>The rows with an answer in which there is no label. They count as wrong.</summary>
    public long Unparsable { get; init; }

    /// <summary>The rows of which it is not known which label is right. They are left out.</summary>
    public long Unlabeled { get; init; }

    /// <summary>The number of rows that are right; null where nothing was expected.</summary>
    public long? Correct { get; init; }

    /// <summary>The share of rows that are right; null where nothing was expected, or there are no rows.</summary>
    public double? Accuracy { get; init; }

    /// <summary>The lower end of the 95 % Wilson interval of the accuracy.</summary>
    public double? AccuracyLow { get; init; }

    /// <summary>The upper end of that interval.</summary>
    public double? AccuracyHigh { get; init; }

    public double? MacroF1 { get; init; }

    public double? WeightedF1 { get; init; }

    /// <summary>In USD; null where a price is not known.</summary>
    public decimal? Cost { get; init; }

    /// <summary>In USD; null where a price is not known or no row is right.</summary>
    public decimal? CostPerCorrect { get; init; }

    public IReadOnlyList<ReportLabel> Labels { get; init; } = [];

    /// <summary>How often which label was given where which was right. What did not come is left out.</summary>
    public IReadOnlyList<ReportConfusion> Confusion { get; init; } = [];

    /// <summary>How it agrees with each of the other jobs.</summary>
    public IReadOnlyList<ReportAgreement> Against { get; init; } = [];
}
