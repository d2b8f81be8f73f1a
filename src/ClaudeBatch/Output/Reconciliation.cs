using ClaudeBatch.Core.Results;

namespace ClaudeBatch;

/// <summary>The books of a job, and whether they balance.</summary>
public sealed class Reconciliation
{
    public string? Job { get; set; }

    public bool IsReconciled { get; set; }

    public long Requests { get; set; }

    public long Refused { get; set; }

    public long NotSubmitted { get; set; }

    public long Pending { get; set; }

    /// <summary>How many have an answer that calls tools, or has not come to its end, and rounds left: they go on.</summary>
    public long WaitingForTools { get; set; }

    public long Succeeded { get; set; }

    /// <summary>How many of those that succeeded have an answer that cannot be used as it is.</summary>
    public long Incomplete { get; set; }

    /// <summary>How many have an answer that a check of your own did not accept (-Accept).</summary>
    public long NotAccepted { get; set; }

    public long Errored { get; set; }

    public long Canceled { get; set; }

    public long Expired { get; set; }

    public long Unknown { get; set; }

    public long Missing { get; set; }

    public int Batches { get; set; }

    public int Attempts { get; set; }

    /// <summary>The number of result lines that repeat a custom id.</summary>
    public int Duplicated { get; set; }

    /// <summary>The number of result lines with a custom id that was never sent.</summary>
    public int Foreign { get; set; }

    public ReconciliationProblem[] Problems { get; set; } = [];

    internal static Reconciliation From(string job, BookCheck check) => new()
    {
        Job = job,
        IsReconciled = check.IsReconciled,
        Requests = check.Totals.Requests,
        Refused = check.Totals.Refused,
        NotSubmitted = check.Totals.NotSubmitted,
        Pending = check.Totals.Pending,
        WaitingForTools = check.Totals.WaitingForTools,
        Succeeded = check.Totals.Succeeded,
        Incomplete = check.Totals.Incomplete,
        NotAccepted = check.Totals.NotAccepted,
        Errored = check.Totals.Errored,
        Canceled = check.Totals.Canceled,
        Expired = check.Totals.Expired,
        Unknown = check.Totals.Unknown,
        Missing = check.Totals.Missing,
        Batches = check.Batches,
        Attempts = check.Totals.Attempts,
        Duplicated = check.Duplicated,
        Foreign = check.Foreign,
        Problems = [.. check.Problems.Select(ReconciliationProblem.From)],
    };
}
