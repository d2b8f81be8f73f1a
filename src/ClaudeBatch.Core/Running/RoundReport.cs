using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Running;

/// <summary>What a round came to.</summary>
/// <param name="Batches">The batches as they stand now, in their order.</param>
/// <param name="Notes">What should be said, in the order it happened.</param>
public sealed record RoundReport(IReadOnlyList<BatchRecord> Batches, IReadOnlyList<RoundNote> Notes);

/// <param name="Batch">The batch it is about.</param>
/// <param name="Message">One sentence for a person.</param>
/// <param name="Failure">The failure, where there is one.</param>
/// <param name="Weight">How loudly to say it.</param>
public sealed record RoundNote(BatchRecord Batch, string Message, ClaudeBatchException? Failure, NoteWeight Weight);

/// <summary>How loudly a note is to be said.</summary>
public enum NoteWeight
{
    /// <summary>For those who ask.</summary>
    Detail,

    /// <summary>Good to know for whoever watches.</summary>
    Information,

    /// <summary>A person should know; the work goes on by itself.</summary>
    Warning,

    /// <summary>The work does not go on by itself.</summary>
    Error,
}
