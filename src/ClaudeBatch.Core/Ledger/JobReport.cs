namespace ClaudeBatch.Core.Ledger;

/// <summary>How a job stands, for whoever prints it: a cmdlet, a scheduler's step, a page.</summary>
/// <param name="Job">The job as the ledger keeps it.</param>
/// <param name="State">Where the job stands.</param>
/// <param name="Totals">The counts and the cost over its batches.</param>
/// <param name="Batches">How many batches it has, over all attempts.</param>
/// <param name="Message">What the job waits for, as one sentence; null when it waits for nothing.</param>
public sealed record JobReport(JobRecord Job, JobState State, JobTotals Totals, int Batches, string? Message)
{
    /// <summary>Reads a job's report from the ledger; the network is not asked.</summary>
    public static JobReport Of(JobLedger ledger, JobRecord job)
    {
        IReadOnlyList<BatchRecord> batches = ledger.Batches.OfJob(job.Id);
        JobState state = JobStates.Of(ledger.Folder, job, batches);
        return new JobReport(job, state, ledger.Jobs.Totals(job), batches.Count, MessageOf(job, state, batches));
    }

    private static string? MessageOf(JobRecord job, JobState state, IReadOnlyList<BatchRecord> batches) => state switch
    {
        JobState.InputCut => job.PauseReason ?? "Its input broke off and nothing was sent; run the same line again.",
        JobState.Open => "Its input is being read.",
        JobState.Stopped => $"It was stopped; Resume-ClaudeBatch -Job {job.Name} -Force takes it up again.",
        JobState.Paused => job.PauseReason,
        _ => batches.LastOrDefault(static b => b.Message is not null)?.Message,
    };
}
