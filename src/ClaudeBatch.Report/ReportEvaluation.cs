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

/// <summary>How right one label is.</summary>
/// <param name="Label">The label.</param>
/// <param name="Precision">The share that is right of the rows that were given it; null where none was.</param>
/// <param name="Recall">The share that was given it of the rows that have it; null where none has.</param>
/// <param name="F1">The harmonic mean of both.</param>
/// <param name="Support">The number of rows that have it.</param>
public sealed record ReportLabel(string Label, double? Precision, double? Recall, double? F1, long Support);

/// <summary>How often one label was given where one was right.</summary>
/// <param name="Expected">The label that is right.</param>
/// <param name="Actual">The label of the answer; null where there is none.</param>
/// <param name="IsUnanswered">Whether there is no label because there is no answer.</param>
/// <param name="Count">How often.</param>
public sealed record ReportConfusion(string Expected, string? Actual, bool IsUnanswered, long Count);

/// <summary>How two jobs agree.</summary>
/// <param name="Job">The other job.</param>
/// <param name="Common">The number of rows that both have answered.</param>
/// <param name="Agreement">The share of them in which they agree.</param>
/// <param name="Kappa">Cohen's kappa; null where it is not defined.</param>
/// <param name="OnlyThis">The number of rows in which only this job is right; null where nothing was expected.</param>
/// <param name="OnlyOther">The number of rows in which only the other job is right; null where nothing was expected.</param>
/// <param name="PValue">McNemar's exact p; null where nothing was expected.</param>
public sealed record ReportAgreement(
    string Job, long Common, double? Agreement, double? Kappa, long? OnlyThis, long? OnlyOther, double? PValue);
