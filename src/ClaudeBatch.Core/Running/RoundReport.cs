using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Running;

/// <summary>The result of a round.</summary>
/// <param name="Batches">The batches as they are recorded now, in the order of their numbers.</param>
/// <param name="Notes">What a person should be told, in the order in which it happened.</param>
public sealed record RoundReport(IReadOnlyList<BatchRecord> Batches, IReadOnlyList<RoundNote> Notes);

/// <summary>One thing that a person should be told about a batch.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Message">The note, in one or a few sentences.</param>
/// <param name="Failure">The failure that the note is about; null where it is about none.</param>
/// <param name="Weight">How important the note is.</param>
public sealed record RoundNote(BatchRecord Batch, string Message, ClaudeBatchException? Failure, NoteWeight Weight);

/// <summary>How important a note is.</summary>
public enum NoteWeight
{
    /// <summary>A detail, which is shown with -Verbose.</summary>
    Detail,

    /// <summary>Information for a person who watches the job.</summary>
    Information,

    /// <summary>A person should know it, and the work continues without them.</summary>
    Warning,

    /// <summary>The work does not continue until a person acts.</summary>
    Error,
}
