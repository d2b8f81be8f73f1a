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

    public long Correct { get; init; }

    /// <summary>The share of rows that are right; null where nothing was expected.</summary>
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

    public ReportConfusion? Confusion { get; init; }

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

/// <summary>Which labels were given in place of which.</summary>
/// <param name="Expected">The labels of the rows of the table.</param>
/// <param name="Actual">The labels of the columns.</param>
/// <param name="Counts">The counts, a list for each label that was expected.</param>
public sealed record ReportConfusion(
    IReadOnlyList<string> Expected, IReadOnlyList<string> Actual, IReadOnlyList<IReadOnlyList<long>> Counts);

/// <summary>How two jobs agree.</summary>
/// <param name="Job">The other job.</param>
/// <param name="Common">The number of rows that both have answered.</param>
/// <param name="Agreement">The share of them in which they agree.</param>
/// <param name="Kappa">Cohen's kappa; null where it is not defined.</param>
/// <param name="PValue">McNemar's exact p; null where nothing was expected.</param>
public sealed record ReportAgreement(string Job, long Common, double? Agreement, double? Kappa, double? PValue);
