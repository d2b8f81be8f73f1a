using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Running;

/// <summary>One thing that a person should be told about a batch.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Message">The note, in one or a few sentences.</param>
/// <param name="Failure">The failure that the note is about; null where it is about none.</param>
/// <param name="Weight">How important the note is.</param>
public sealed record RoundNote(BatchRecord Batch, string Message, ClaudeBatchException? Failure, NoteWeight Weight);
