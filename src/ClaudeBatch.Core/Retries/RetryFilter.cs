using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Retries;

/// <summary>Which requests are sent again.</summary>
public sealed record RetryFilter
{
    /// <summary>Only these outcomes; null for those that the class allows.</summary>
    public IReadOnlySet<Outcome>? Statuses { get; init; }

    /// <summary>Only these failure classes; null for the transient ones.</summary>
    public IReadOnlySet<FailureClass>? Classes { get; init; }

    /// <summary>A request tried so often is left alone.</summary>
    public int MaxAttempts { get; init; } = int.MaxValue;

    /// <summary>Only these requests; null for all.</summary>
    public IReadOnlySet<string>? CustomIds { get; init; }

    /// <summary>Also answers that were cut at <c>max_tokens</c>.</summary>
    public bool TakesCut { get; init; }

    /// <summary>Also succeeded answers that are not complete: cut, refused, or misfits of their schema.</summary>
    public bool TakesIncomplete { get; init; }

    /// <summary>Why the request is sent again, in a word or two; null when it is not.</summary>
    /// <param name="batch">The batch of its last attempt.</param>
    /// <param name="attempt">Its last attempt.</param>
    /// <param name="isComplete">Reads the answer, where that must be known.</param>
    internal string? Reason(BatchRecord batch, AttemptRecord attempt, Func<bool> isComplete)
    {
        if (attempt.Outcome is not { } outcome || batch.Attempt >= MaxAttempts || CustomIds?.Contains(attempt.CustomId) == false)
        {
            return null;
        }

        if (outcome == Outcome.Succeeded)
        {
            return (TakesCut || TakesIncomplete) && attempt.StopReason == "max_tokens" ? "cut at max_tokens"
                : TakesIncomplete && !isComplete() ? "not complete"
                : null;
        }

        return Statuses?.Contains(outcome) == false || !TakesFailure(attempt) ? null
            : outcome == Outcome.Errored ? attempt.FailureClass?.ToString()
            : outcome.ToString();
    }

    // What was canceled on purpose, or cannot be explained, is sent again only when it is asked for by name.
    private bool TakesFailure(AttemptRecord attempt) => Classes is not null
        ? attempt.FailureClass is { } named && Classes.Contains(named)
        : attempt.FailureClass == FailureClass.Transient || (Statuses is not null && attempt.Outcome is not Outcome.Errored);
}
