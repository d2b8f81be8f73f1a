namespace ClaudeBatch.Core.Ledger;

/// <summary>The state of a job and its totals.</summary>
/// <param name="Job">The job as the ledger has it.</param>
/// <param name="State">The state of the job.</param>
/// <param name="Totals">The counts and the cost of the job.</param>
/// <param name="Batches">The number of its batches, with those of retries.</param>
/// <param name="Message">A sentence that says what the job waits for; null when it waits for nothing.</param>
public sealed record JobReport(JobRecord Job, JobState State, JobTotals Totals, int Batches, string? Message)
{
    /// <summary>Makes the report of a job from the ledger alone. The service is not asked.</summary>
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
