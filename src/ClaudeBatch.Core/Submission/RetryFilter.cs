using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Core.Submission;

/// <summary>Which failed requests are sent again.</summary>
/// <param name="Statuses">Only these outcomes; null for those that class allows.</param>
/// <param name="Classes">Only these failure classes; null for the transient ones.</param>
/// <param name="MaxAttempts">A request tried so often is left alone.</param>
/// <param name="CustomIds">Only these requests; null for all.</param>
public sealed record RetryFilter(
    IReadOnlySet<string>? Statuses, IReadOnlySet<string>? Classes, int MaxAttempts, IReadOnlySet<string>? CustomIds)
{
    internal bool Takes(AttemptRecord attempt)
    {
        if (attempt.Outcome is null or Outcome.Succeeded || (CustomIds is not null && !CustomIds.Contains(attempt.CustomId)))
        {
            return false;
        }

        if (Statuses is not null && !Statuses.Contains(attempt.Outcome))
        {
            return false;
        }

        // What was canceled on purpose, or cannot be explained, is sent again only when it is asked for by name.
        return Classes is not null
            ? attempt.FailureClass is { } named && Classes.Contains(named)
            : attempt.FailureClass == FailureClass.Transient || (Statuses is not null && attempt.Outcome is not Outcome.Errored);
    }
}
