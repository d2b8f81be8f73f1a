namespace ClaudeBatch.Core.Results;

/// <summary>One way in which a job's records do not agree with its input or with the service's counts.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Batch">The key of the batch; null when the problem is about the whole job.</param>
/// <param name="Count">The number of requests or lines with the problem.</param>
/// <param name="Message">What is wrong, in one sentence.</param>
/// <param name="CustomIds">The first custom ids with the problem.</param>
public sealed record BookProblem(ProblemKind Kind, string? Batch, long Count, string Message, IReadOnlyList<string> CustomIds);
