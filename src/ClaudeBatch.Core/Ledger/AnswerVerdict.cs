namespace ClaudeBatch.Core.Ledger;

/// <summary>What a closer look at an answer has found.</summary>
/// <param name="Row">The row of the request.</param>
/// <param name="Incomplete">1 where the answer cannot be used as it is, 0 where it can, <see cref="AttemptRecord.EmptyTurn"/> for an empty turn.</param>
internal readonly record struct AnswerVerdict(long Row, int Incomplete);
