using ClaudeBatch.Core.Results;

namespace ClaudeBatch;

/// <summary>One reason why the books of a job do not balance.</summary>
public sealed class ReconciliationProblem
{
    /// <summary>The kind of the problem, a fixed word such as <c>Pending</c>, <c>Missing</c> or <c>CountsDiffer</c>.</summary>
    public string? Kind { get; set; }

    /// <summary>The key of the batch; null when the problem concerns the whole job.</summary>
    public string? Batch { get; set; }

    public long Count { get; set; }

    public string? Message { get; set; }

    /// <summary>The first custom ids that the problem concerns.</summary>
    public string[] CustomId { get; set; } = [];

    public override string ToString() => Message ?? string.Empty;

    internal static ReconciliationProblem From(BookProblem problem) => new()
    {
        Kind = problem.Kind.ToString(),
        Batch = problem.Batch,
        Count = problem.Count,
        Message = problem.Message,
        CustomId = [.. problem.CustomIds],
    };
}
