namespace ClaudeBatch.Report;

/// <summary>How often one label was given where one was right.</summary>
/// <param name="Expected">The label that is right.</param>
/// <param name="Actual">The label of the answer; null where there is none.</param>
/// <param name="IsUnanswered">Whether there is no label because there is no answer.</param>
/// <param name="Count">How often.</param>
public sealed record ReportConfusion(string Expected, string? Actual, bool IsUnanswered, long Count);
