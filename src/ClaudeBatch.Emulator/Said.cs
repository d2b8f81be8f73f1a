namespace ClaudeBatch.Emulator;

/// <summary>What the emulated model says before it is cut at <c>max_tokens</c>: a text, or what it passes to a tool.</summary>
/// <param name="Words">The text; or what is passed to the tool, as a JSON object.</param>
/// <param name="Tool">The name of the tool that it calls; null where it says a text.</param>
internal readonly record struct Said(string Words, string? Tool = null);
