namespace ClaudeBatch.Core.Rounds;

/// <summary>How a call of a tool has ended.</summary>
/// <param name="Text">What is told to the model.</param>
/// <param name="IsError">Whether it is told as an error: the call did not fit its schema, or ended in one.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="IsUnknown">Whether it was stopped, so that nobody knows what it has done.</param>
public readonly record struct ToolOutcome(string Text, bool IsError, TimeSpan Duration, bool IsUnknown = false);
