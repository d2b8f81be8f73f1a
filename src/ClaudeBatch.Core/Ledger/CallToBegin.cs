namespace ClaudeBatch.Core.Ledger;

/// <summary>A call that is about to begin.</summary>
/// <param name="Call">The call.</param>
/// <param name="Line">The digest of its answer's line as it was read.</param>
internal readonly record struct CallToBegin(ToolCallRecord Call, long Line);
