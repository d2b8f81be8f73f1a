namespace ClaudeBatch.Core.Ledger;

/// <summary>How one request of a batch ended, as scanned from its line; without a status while no line has spoken of it.</summary>
public readonly record struct OutcomeRecord(
    long Row,
    string? Status,
    string? ErrorType,
    string? FailureClass,
    string? StopReason,
    string? Model,
    TokenUsage Usage,
    long? CostInPicodollars,
    long? ResultOffset,
    int ResultLength);
