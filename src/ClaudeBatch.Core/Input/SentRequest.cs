using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Input;

/// <summary>A request as the ledger keeps it.</summary>
/// <param name="CustomId">Its id.</param>
/// <param name="Utf8">Its exact bytes; empty when it was refused.</param>
/// <param name="Source">The row it was made from as a JSON object; empty when it had none.</param>
/// <param name="Refusal">Why it was never sent; null when it is or was part of a batch.</param>
public sealed record SentRequest(string CustomId, byte[] Utf8, byte[] Source, string? Refusal);
