using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Report;

/// <summary>What a report is about, but for its rows.</summary>
/// <param name="Title">The title of the page.</param>
/// <param name="MadeAt">When it was made, in UTC.</param>
/// <param name="Version">The version of the module.</param>
/// <param name="Jobs">The jobs, in the order in which they were named.</param>
public sealed record ReportContent(string Title, DateTime MadeAt, string Version, IReadOnlyList<ReportJob> Jobs)
{
    /// <summary>How right the answers are; empty where nothing was evaluated.</summary>
    public IReadOnlyList<ReportEvaluation> Evaluations { get; init; } = [];

    /// <summary>Whether the emulator has answered.</summary>
    public bool IsRehearsal { get; init; }

    /// <summary>Which rows the page has, as a sentence.</summary>
    public string RowsSentence { get; init; } = "All rows.";

    /// <summary>Whether the page has rows at all.</summary>
    public bool HasRows { get; init; } = true;

    /// <summary>The name of what was evaluated, without that of the job where there is but one.</summary>
    internal string ShortNameOf(ReportEvaluation evaluation)
        => Jobs is [var only] && evaluation.Job.StartsWith($"{only.Name}, ", StringComparison.Ordinal)
            ? evaluation.Job[(only.Name.Length + 2)..]
            : evaluation.Job;
}

/// <summary>A job of a report.</summary>
/// <param name="Figures">What the ledger says of it.</param>
/// <param name="Failures">The requests without a usable answer, by the reason.</param>
public sealed record ReportJob(JobFigures Figures, IReadOnlyList<ReportFailure> Failures)
{
    public string Name => Figures.Report.Job.Name;

    /// <summary>What is to be said of it that its figures do not say; null where there is nothing.</summary>
    public string? Note { get; init; }
}

/// <summary>The requests of a job that have no usable answer for one reason.</summary>
/// <param name="Reason">The reason in a few words.</param>
/// <param name="HasAnswer">Whether they have an answer, which cannot be used as it is.</param>
/// <param name="FailureClass">What can be done about it.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Samples">Some of them.</param>
public sealed record ReportFailure(
    string Reason, bool HasAnswer, FailureClass FailureClass, long Count, IReadOnlyList<ReportSample> Samples);

/// <summary>A request that has no usable answer.</summary>
/// <param name="CustomId">Its custom id.</param>
/// <param name="Words">Why, in the service's words or ours.</param>
public sealed record ReportSample(string CustomId, string Words);
