using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Report;

/// <summary>A job of a report.</summary>
/// <param name="Figures">What the ledger says of it.</param>
/// <param name="Failures">The requests without a usable answer, by the reason.</param>
public sealed record ReportJob(JobFigures Figures, IReadOnlyList<ReportFailure> Failures)
{
    public string Name => Figures.Report.Job.Name;

    /// <summary>What is to be said of it that its figures do not say; null where there is nothing.</summary>
    public string? Note { get; init; }
}
