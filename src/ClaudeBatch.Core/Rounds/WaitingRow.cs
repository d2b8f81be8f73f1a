using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Core.Rounds;

/// <summary>A request whose answer asks for another round.</summary>
/// <param name="Batch">The batch of the answer.</param>
/// <param name="Attempt">The attempt that was answered.</param>
/// <param name="Line">The line of the results that has the answer.</param>
/// <param name="Calls">What the answer calls, in its order; empty where it waits for no tool.</param>
/// <param name="Records">What the ledger has of these calls.</param>
internal sealed record WaitingRow(
    BatchRecord Batch, AttemptRecord Attempt, byte[] Line, IReadOnlyList<ToolUse> Calls, IReadOnlyList<ToolCallRecord> Records)
{
    /// <summary>Whether the answer waits for what its calls give.</summary>
    public bool CallsTools => Attempt.StopReason == Completeness.CallsTools;

    /// <summary>Whether all that the answer waits for is recorded.</summary>
    public bool IsReady => !CallsTools || (Calls.Count > 0 && Records.Count(static r => r.State == ToolCallState.Done) == Calls.Count);

    /// <summary>What the ledger has of the call at a place of the answer; null where it was never begun.</summary>
    public ToolCallRecord? RecordOf(int position) => Records.FirstOrDefault(r => r.Position == position);
}
