namespace ClaudeBatch.Core.Ledger;

/// <summary>How far a call of a tool has come. A call that was never begun has no record.</summary>
public enum ToolCallState
{
    /// <summary>It was begun. Where nobody runs the job's tools, its process has ended before it did.</summary>
    Begun,

    /// <summary>It was begun and stopped, so that nobody knows what it has done.</summary>
    Stopped,

    /// <summary>It has ended, or a person has said how, and what it gave is recorded.</summary>
    Done,
}
