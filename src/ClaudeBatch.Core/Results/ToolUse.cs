namespace ClaudeBatch.Core.Results;

/// <summary>A call of a tool of the user's own that an answer makes. Calls that the service has answered itself are none.</summary>
/// <param name="Id">The service's id of the call.</param>
/// <param name="Name">The name of the tool.</param>
/// <param name="Input">What the call passes to the tool, as JSON.</param>
public sealed record ToolUse(string? Id, string? Name, ReadOnlyMemory<byte> Input);
