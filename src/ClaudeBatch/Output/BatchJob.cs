using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Ledger;
using JobState = ClaudeBatch.Core.Ledger.JobState;

namespace ClaudeBatch;

/// <summary>A job: everything one input became, over all its batches and attempts.</summary>
public sealed class BatchJob
{
    public string? Name { get; set; }

    public string? State { get; set; }

    public long Requests { get; set; }

    public long Refused { get; set; }

    public long NotSubmitted { get; set; }

    public long Pending { get; set; }

    public long Succeeded { get; set; }

    public long Errored { get; set; }

    public long Canceled { get; set; }

    public long Expired { get; set; }

    public long Unknown { get; set; }

    public long Missing { get; set; }

    public int Batches { get; set; }

    public int Attempts { get; set; }

    /// <summary>What one attempt of all requests was expected to cost at most, in USD; null where it is not known.</summary>
    public decimal? EstimatedCost { get; set; }

    /// <summary>Of all attempts collected so far, in USD; null where a model has no price here.</summary>
    public decimal? Cost { get; set; }

    public DateTime CreatedAt { get; set; }

    public DateTime UpdatedAt { get; set; }

    /// <summary>What the job waits for.</summary>
    public string? Message { get; set; }

    /// <summary>What <see cref="State"/> says to people, for our own decisions.</summary>
    internal JobState Standing { get; private init; }

    public override string ToString() => Name ?? string.Empty;

    internal static BatchJob From(JobLedger ledger, JobRecord record)
    {
        IReadOnlyList<BatchRecord> batches = ledger.Batches.OfJob(record.Id);
        JobTotals totals = ledger.Jobs.Totals(record);
        JobState state = JobStates.Of(ledger.Folder, record, batches);
        return new BatchJob
        {
            Name = record.Name,
            Standing = state,
            State = state.ToString(),
            Requests = totals.Requests,
            Refused = totals.Refused,
            NotSubmitted = totals.NotSubmitted,
            Pending = totals.Pending,
            Succeeded = totals.Succeeded,
            Errored = totals.Errored,
            Canceled = totals.Canceled,
            Expired = totals.Expired,
            Unknown = totals.Unknown,
            Missing = totals.Missing,
            Batches = batches.Count,
            Attempts = totals.Attempts,
            EstimatedCost = PriceList.ToDollars(record.HighEstimateInPicodollars),
            Cost = PriceList.ToDollars(totals.CostInPicodollars),
            CreatedAt = record.CreatedAt,
            UpdatedAt = record.UpdatedAt,
            Message = MessageOf(record, state, batches),
        };
    }

    private static string? MessageOf(JobRecord record, JobState state, IReadOnlyList<BatchRecord> batches) => state switch
    {
        JobState.InputCut => record.PauseReason ?? "Its input broke off and nothing was sent; run the same line again.",
        JobState.Open => "Its input is being read.",
        JobState.Stopped => $"It was stopped; Resume-ClaudeBatch -Job {record.Name} -Force takes it up again.",
        JobState.Paused => record.PauseReason,
        _ => batches.LastOrDefault(static b => b.Message is not null)?.Message,
    };
}
