namespace ClaudeBatch.Core.Ledger;

/// <summary>Those parts of an outcome that are the same for many requests of a batch, so that they are in memory only once.</summary>
/// <param name="Status">The outcome itself.</param>
/// <param name="ErrorType">The <c>type</c> of the service's error; null where there is none.</param>
/// <param name="FailureClass">What can be done about a failure; null where there was none.</param>
/// <param name="StopReason">The <c>stop_reason</c> of the answer; null where there is none.</param>
/// <param name="Model">The model that answered; null where there is no answer.</param>
/// <param name="InferenceGeo">
/// The <c>inference_geo</c> of the answer's usage: the region where the model ran; null where there is none.
/// </param>
internal sealed record OutcomeWords(
    Outcome Status,
    string? ErrorType = null,
    FailureClass? FailureClass = null,
    string? StopReason = null,
    string? Model = null,
    string? InferenceGeo = null);
