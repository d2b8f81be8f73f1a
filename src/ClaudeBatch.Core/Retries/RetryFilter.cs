using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Retries;

/// <summary>Which requests are sent again.</summary>
public sealed record RetryFilter
{
    /// <summary>The outcomes that are sent again; null for those that the failure class allows.</summary>
    public IReadOnlySet<Outcome>? Statuses { get; init; }

    /// <summary>The failure classes that are sent again; null for the transient ones.</summary>
    public IReadOnlySet<FailureClass>? Classes { get; init; }

    /// <summary>The most times that a request is tried.</summary>
    public int MaxAttempts { get; init; } = int.MaxValue;

    /// <summary>The custom ids of the requests that are sent again; null for all.</summary>
    public IReadOnlySet<string>? CustomIds { get; init; }

    /// <summary>Whether requests are sent again whose answers were cut at <c>max_tokens</c>.</summary>
    public bool TakesCut { get; init; }

    /// <summary>
    /// Whether requests are sent again that succeeded with an answer that is not complete: cut, refused, or not fitting its schema.
    /// </summary>
    public bool TakesIncomplete { get; init; }

    /// <summary>Gives an attempt as a check of the user's own has it; as it is in the books where nothing is said.</summary>
    public Func<BatchRecord, AttemptRecord, AttemptRecord> Judged { get; init; } = static (_, attempt) => attempt;

    /// <summary>Whether requests are left out whose spool was removed. They cannot be sent again.</summary>
    public bool SkipsRemoved { get; init; }

    /// <summary>The failure classes that are sent again where nothing is named.</summary>
    internal IEnumerable<FailureClass> ClassesOrDefault => Classes ?? (IEnumerable<FailureClass>)[FailureClass.Transient];

    /// <summary>Whether only requests that have failed can be taken, so that no answer need be looked at.</summary>
    internal bool TakesOnlyFailed => !TakesCut && !TakesIncomplete;

    /// <summary>Whether requests whose newest attempt is in this batch may be tried once more.</summary>
    internal bool MayTryAgain(BatchRecord batch) => batch.Attempt < MaxAttempts;

    /// <summary>Tells why the request is sent again, in one or two words; null when it is not sent again.</summary>
    /// <param name="attempt">The request's last attempt.</param>
    /// <param name="isComplete">Reads the answer and tells whether it is complete. It is called only where this decides.</param>
    internal string? Reason(AttemptRecord attempt, Func<bool> isComplete)
    {
        if (attempt.Outcome is not { } outcome || CustomIds?.Contains(attempt.CustomId) == false)
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

    // A request that was canceled, or whose outcome is unknown, is sent again only when its status is named.
    private bool TakesFailure(AttemptRecord attempt) => Classes is not null
        ? attempt.FailureClass is { } named && Classes.Contains(named)
        : attempt.FailureClass == FailureClass.Transient || (Statuses is not null && attempt.Outcome is not Outcome.Errored);
}
