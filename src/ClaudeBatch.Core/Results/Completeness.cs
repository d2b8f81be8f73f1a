using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Results;

/// <summary>Whether an answer can be used. A cut or a refused answer is "succeeded" to the service.</summary>
public static class Completeness
{
    /// <summary>Why the answer is not complete, in a few words; null when it is.</summary>
    public static string? Reason(string status, ResultLine? line) => status switch
    {
        Outcome.Succeeded => line?.StopReason switch
        {
            "max_tokens" => "Cut at max_tokens.",
            "model_context_window_exceeded" => "Cut at the end of the model's context window.",
            "refusal" => "The model refused.",
            "pause_turn" => "The model paused its turn.",
            _ => null,
        },
        Outcome.Errored => line?.ErrorMessage ?? "The service gave an error without words.",
        Outcome.Canceled => "Canceled before it was sent to the model.",
        Outcome.Expired => "Expired before it was sent to the model.",
        Outcome.Missing => "The service gave no answer for it.",
        _ => "It ended in a way this version does not know.",
    };
}
