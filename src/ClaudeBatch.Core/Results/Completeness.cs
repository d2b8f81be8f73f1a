using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Results;

/// <summary>Whether an answer can be used. A cut or a refused answer is "succeeded" to the service.</summary>
public static class Completeness
{
    /// <summary>Why the answer is not complete, in a few words; null when it is.</summary>
    /// <param name="status">How the request ended.</param>
    /// <param name="stopReason">The service's word for why it ended.</param>
    /// <param name="errorMessage">The service's words for a failure, and what to do.</param>
    public static string? Reason(Outcome status, string? stopReason, string? errorMessage) => status switch
    {
        Outcome.Succeeded => stopReason switch
        {
            "max_tokens" => "Cut at max_tokens.",
            "model_context_window_exceeded" => "Cut at the end of the model's context window.",
            "refusal" => "The model refused.",
            "pause_turn" => "The model paused its turn.",
            _ => null,
        },
        Outcome.Errored => errorMessage ?? "The service gave an error without words.",
        Outcome.Canceled => "Canceled before it was sent to the model.",
        Outcome.Expired => "Expired before it was sent to the model.",
        Outcome.Missing => "The service gave no answer for it.",
        _ => "It ended in a way this version does not know.",
    };

    /// <summary>Why a result is not complete, its schema included; null when it is.</summary>
    public static string? Of(CollectedResult result)
    {
        Outcome status = result.Attempt.Outcome ?? Outcome.Missing;
        return Reason(status, result.Attempt.StopReason, status == Outcome.Errored ? ResultLine.Parse(result.Line)?.ErrorReason : null)
            ?? SchemaReason(result);
    }

    /// <summary>Why a succeeded answer does not fit the schema of its request; null when it does, or has none.</summary>
    public static string? SchemaReason(CollectedResult result) => result is { Attempt.Outcome: Outcome.Succeeded, OutputSchema: { } schema }
        ? schema.Reason(result.ReadAnswer()?.Text ?? string.Empty)
        : null;
}
