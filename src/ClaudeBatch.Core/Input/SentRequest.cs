namespace ClaudeBatch.Core.Input;

/// <summary>A request as it is stored in the ledger's files.</summary>
/// <param name="CustomId">The request's custom id.</param>
/// <param name="Utf8">The exact bytes of the request; empty where the row was refused.</param>
/// <param name="Source">The row that the request was made from, as a JSON object; empty where there was none.</param>
/// <param name="Refusal">Why the row was not sent; null where the request is part of a batch.</param>
public sealed record SentRequest(string CustomId, byte[] Utf8, byte[] Source, string? Refusal)
{
    /// <summary>Which variant of its row it is; null where the row is asked in one way.</summary>
    public string? Variant { get; init; }

    /// <summary>The schema, as it was given, that the answer is judged by; empty where there is none.</summary>
    public ReadOnlyMemory<byte> OutputSchema { get; init; }
}
