using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Results;

/// <summary>A request's outcome with its bytes: the line as received and the row it came from, both read from disk.</summary>
/// <param name="Batch">The batch it was part of.</param>
/// <param name="Attempt">Where it lies and how it ended.</param>
/// <param name="Line">The line as received; empty when there is none.</param>
/// <param name="Source">The row as a JSON object; empty when it had none.</param>
/// <param name="OutputSchema">The schema the answer is to fit, where there is one.</param>
public sealed record CollectedResult(BatchRecord Batch, AttemptRecord Attempt, byte[] Line, byte[] Source, AnswerSchema? OutputSchema)
{
    /// <summary>
    /// The tool that the request forces. It is looked for only where the answer calls tools and was not judged yet, or not found complete;
    /// null where the request cannot be read.
    /// </summary>
    public ForcedTool? ForcedTool { get; init; }

    /// <summary>
    /// The request that was answered, of a conversation of several rounds: it has all of them but the answer. Null of others, and where it was
    /// removed.
    /// </summary>
    public byte[]? Request { get; init; }

    /// <summary>The answer in the line, where somebody has looked for it; null before that, and where the line has none.</summary>
    public AnswerContent? Answer { get; private set; }

    /// <summary>Finds the answer in the line. The line is parsed once, whoever asks afterwards.</summary>
    /// <returns>Null where the line is no answer.</returns>
    public AnswerContent? ReadAnswer() => Answer ??= AnswerContent.Read(Line);

    /// <summary>
    /// Whether the turn is empty after tools were answered: the service documents that a model may end it so, and then wants to be asked on.
    /// </summary>
    public bool IsEmptyTurn() => Batch.Round > 1 && Attempt is { StopReason: "end_turn", IsIncomplete: not false }
        && ReadAnswer() is { Text.Length: 0, Calls.Count: 0 };

    /// <summary>Whether the answer is what it passes to the one tool that it had to call.</summary>
    public bool IsForcedCall() => Attempt.StopReason == Completeness.CallsTools
        && (Attempt.IsIncomplete == false || ReadAnswer()?.CallOf(ForcedTool) is not null);
}
