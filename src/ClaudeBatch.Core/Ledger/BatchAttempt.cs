namespace ClaudeBatch.Core.Ledger;

/// <summary>An attempt with its batch. (Code that reads a tuple of these ahead could not be compiled ahead.)</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Attempt">The attempt.</param>
public readonly record struct BatchAttempt(BatchRecord Batch, AttemptRecord Attempt);
