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
