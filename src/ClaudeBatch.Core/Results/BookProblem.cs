namespace ClaudeBatch.Core.Results;

/// <summary>One thing that keeps a job's books from balancing.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Batch">The batch's key; null when it is the job's.</param>
/// <param name="Count">How many requests or lines it concerns.</param>
/// <param name="Message">What is wrong, in one sentence.</param>
/// <param name="CustomIds">The first ids it concerns.</param>
public sealed record BookProblem(ProblemKind Kind, string? Batch, long Count, string Message, IReadOnlyList<string> CustomIds);
