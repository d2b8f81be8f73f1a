namespace ClaudeBatch.Report;

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
