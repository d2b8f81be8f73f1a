namespace ClaudeBatch.Tools;

/// <summary>What became of a call.</summary>
/// <param name="Text">What the model is told; of a call whose outcome is unknown, what a person is told.</param>
/// <param name="IsError">Whether the call has failed.</param>
/// <param name="Duration">How long the command ran; zero where it was not run.</param>
/// <param name="IsUnknown">Whether the command was begun and stopped, so that nobody knows what it did.</param>
internal sealed record ToolOutcome(string Text, bool IsError, TimeSpan Duration, bool IsUnknown);
