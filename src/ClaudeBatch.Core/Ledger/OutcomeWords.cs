namespace ClaudeBatch.Core.Ledger;

/// <summary>What the lines of many requests have in common.</summary>
/// <param name="Status">How they ended.</param>
/// <param name="ErrorType">The service's word for a failure.</param>
/// <param name="FailureClass">What can be done about a failure; null where there was none.</param>
/// <param name="StopReason">The service's word for why the answer ended.</param>
/// <param name="Model">The model that answered.</param>
/// <param name="InferenceGeo">Where it ran, in the service's words.</param>
internal sealed record OutcomeWords(
    Outcome Status,
    string? ErrorType = null,
    FailureClass? FailureClass = null,
    string? StopReason = null,
    string? Model = null,
    string? InferenceGeo = null);
