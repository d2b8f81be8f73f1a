namespace ClaudeBatch.Report;

/// <summary>How right one label is.</summary>
/// <param name="Label">The label.</param>
/// <param name="Precision">The share that is right of the rows that were given it; null where none was.</param>
/// <param name="Recall">The share that was given it of the rows that have it; null where none has.</param>
/// <param name="F1">The harmonic mean of both.</param>
/// <param name="Support">The number of rows that have it.</param>
public sealed record ReportLabel(string Label, double? Precision, double? Recall, double? F1, long Support);
