using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Ledger;
using JobState = ClaudeBatch.Core.Ledger.JobState;

namespace ClaudeBatch;

/// <summary>A job: all batches and attempts that were made from one input. Times are local.</summary>
public sealed class BatchJob
{
    public string? Name { get; set; }

    /// <summary>
    /// Identifies the job among those of all ledgers. An object whose job was removed since, or is another ledger's, is refused.
    /// </summary>
    public Guid? Identity { get; set; }

    public string? State { get; set; }

    public long Requests { get; set; }

    public long Refused { get; set; }

    public long NotSubmitted { get; set; }

    public long Pending { get; set; }

    /// <summary>How many have an answer that calls tools, or has not come to its end, and rounds left: they go on.</summary>
    public long WaitingForTools { get; set; }

    public long Succeeded { get; set; }

    /// <summary>
    /// How many of those that succeeded have an answer that cannot be used as it is: it was cut, refused, or does not fit its schema.
    /// </summary>
    public long Incomplete { get; set; }

    /// <summary>How many have an answer that a check of your own did not accept (-Accept).</summary>
    public long NotAccepted { get; set; }

    public long Errored { get; set; }

    public long Canceled { get; set; }

    public long Expired { get; set; }

    public long Unknown { get; set; }

    public long Missing { get; set; }

    /// <summary>The share of the requests, 0 to 1, that ended without an answer. Those that are incomplete have one.</summary>
    public double FailureRatio { get; set; }

    public int Batches { get; set; }

    public int Attempts { get; set; }

    /// <summary>The highest expected cost of one attempt of all requests, in USD; null where a price is not known.</summary>
    public decimal? EstimatedCost { get; set; }

    /// <summary>The cost of all attempts collected so far, in USD; null where the price of a model is not known.</summary>
    public decimal? Cost { get; set; }

    public DateTime CreatedAt { get; set; }

    public DateTime UpdatedAt { get; set; }

    /// <summary>What the job waits for, as a sentence; null when it waits for nothing.</summary>
    public string? Message { get; set; }

    /// <summary>The value of which <see cref="State"/> is the name.</summary>
    internal JobState Standing { get; private init; }

    public override string ToString() => Name ?? string.Empty;

    internal static BatchJob From(JobLedger ledger, JobRecord record) => From(JobReport.Of(ledger, record));

    internal static BatchJob From(JobReport report) => new()
    {
        Name = report.Job.Name,
        Identity = report.Job.Identity,
        Standing = report.State,
        State = Enum.GetName(report.State),
        Requests = report.Totals.Requests,
        Refused = report.Totals.Refused,
        NotSubmitted = report.Totals.NotSubmitted,
        Pending = report.Totals.Pending,
        WaitingForTools = report.Totals.WaitingForTools,
        Succeeded = report.Totals.Succeeded,
        Incomplete = report.Totals.Incomplete,
        NotAccepted = report.Totals.NotAccepted,
        Errored = report.Totals.Errored,
        Canceled = report.Totals.Canceled,
        Expired = report.Totals.Expired,
        Unknown = report.Totals.Unknown,
        Missing = report.Totals.Missing,
        FailureRatio = report.Totals.FailureRatio,
        Batches = report.Batches,
        Attempts = report.Totals.Attempts,
        EstimatedCost = PriceList.ToDollars(report.Job.HighEstimateInPicodollars),
        Cost = PriceList.ToDollars(report.Totals.CostInPicodollars),
        CreatedAt = report.Job.CreatedAt.ToShell(),
        UpdatedAt = report.Job.UpdatedAt.ToShell(),
        Message = report.Message,
    };
}
