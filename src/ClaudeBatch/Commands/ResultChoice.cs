using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <summary>Which results a command gives, and how.</summary>
/// <param name="statuses">The statuses; none for all.</param>
/// <param name="classes">The classes of failures; none for all.</param>
internal sealed class ResultChoice(string[] statuses, string[] classes)
{
    /// <summary>No status of its own: what succeeded with an answer that cannot be used as it is.</summary>
    public const string Incomplete = nameof(Incomplete);

    private readonly NameFilter _statuses = new(statuses);

    private readonly NameFilter _classes = new(classes);

    /// <summary>Whether results that are missing stand in their places, and not at the end.</summary>
    public bool Ordered { get; init; }

    /// <summary>Whether results are given that a later attempt has replaced.</summary>
    public bool AllAttempts { get; init; }

    /// <summary>Whether results are downloaded again that are on disk already.</summary>
    public bool Refresh { get; init; }

    /// <summary>Whether nothing is given of a batch or job whose books do not balance.</summary>
    public bool Strict { get; init; }

    /// <summary>The user's own check of answers; null where there is none.</summary>
    public Acceptance? Acceptance { get; init; }

    /// <summary>The most results of a job that are given, counted among those that are meant.</summary>
    public long First { get; init; } = long.MaxValue;

    /// <summary>Whether batches that have not ended are passed over without an error.</summary>
    public bool LeavesUnfinished { get; init; }

    /// <summary>Whether all results are given, but for their number.</summary>
    public bool IsOfAll => statuses.Length == 0 && classes.Length == 0;

    public bool Takes(BatchResult result)
        => (_statuses.Takes(result.Status!)
                || (result is { Status: nameof(Outcome.Succeeded), IsComplete: false } && _statuses.Takes(Incomplete)))
            && _classes.Takes(result.FailureClass!);
}
