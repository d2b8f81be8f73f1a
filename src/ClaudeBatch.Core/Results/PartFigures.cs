using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Results;

/// <summary>When a part of a job went through its stations. Times are in UTC, and null where it has not come there.</summary>
/// <param name="Part">The number of the part.</param>
/// <param name="Attempt">Which attempt at its requests it is.</param>
/// <param name="Round">The round of their conversations.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Requests">The number of its requests.</param>
/// <param name="Answered">The number of its answers; before they are collected, as the service says.</param>
/// <param name="SealedAt">When its input was complete.</param>
/// <param name="CreatedAt">When the service has accepted it.</param>
/// <param name="EndedAt">When the service had finished it.</param>
/// <param name="CollectedAt">When its answers were on disk and in the books.</param>
public sealed record PartFigures(
    int Part,
    int Attempt,
    int Round,
    BatchState State,
    int Requests,
    long Answered,
    DateTime? SealedAt,
    DateTime? CreatedAt,
    DateTime? EndedAt,
    DateTime? CollectedAt);
