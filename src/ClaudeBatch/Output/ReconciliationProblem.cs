using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch;

/// <summary>One thing that keeps a job's books from balancing.</summary>
public sealed class ReconciliationProblem
{
    /// <summary>A stable word: <c>Pending</c>, <c>Missing</c>, <c>CountsDiffer</c>, …</summary>
    public string? Kind { get; set; }

    /// <summary>The batch's key; null when it concerns the job.</summary>
    public string? Batch { get; set; }

    public long Count { get; set; }

    public string? Message { get; set; }

    /// <summary>The first ids it concerns.</summary>
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
