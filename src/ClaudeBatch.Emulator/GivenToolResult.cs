namespace ClaudeBatch.Emulator;

/// <summary>A result of a tool that a request gives to the model.</summary>
/// <param name="Id">The id of the call.</param>
/// <param name="Content">Its text.</param>
/// <param name="IsError">Whether the call has failed.</param>
public sealed record GivenToolResult(string Id, string Content, bool IsError);
