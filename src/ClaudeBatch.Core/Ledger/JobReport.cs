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
        JobState state = JobStates.Of(ledger, job, batches);
        JobTotals totals = ledger.Jobs.Totals(job);
        string? message = state == JobState.Stopped ? Stopped(job, totals, batches) : MessageOf(ledger, job, state, batches);
        return new JobReport(job, state, totals, batches.Count, message);
    }

    // What really sends the rest depends on how far it had come.
    private static string Stopped(JobRecord job, JobTotals totals, IReadOnlyList<BatchRecord> batches)
    {
        string[] ways =
        [
            .. batches.Any(static b => !b.State.IsOver() && !b.State.IsUnsent())
                ? [$"Its batches are being canceled; Wait-ClaudeBatch -Job {job.Name} waits for them."] : Array.Empty<string>(),
            .. batches.Any(static b => b.State is BatchState.Ended or BatchState.Downloaded)
                ? [$"Get-ClaudeBatchResult -Job {job.Name} collects what was answered."] : Array.Empty<string>(),
            .. batches.Any(static b => b.State.IsUnsent())
                ? [$"Resume-ClaudeBatch -Job {job.Name} -Force sends what was not sent."] : Array.Empty<string>(),
            .. totals.WaitingForTools > 0
                ? [$"Resume-ClaudeBatch -Job {job.Name} -Force -Tool … goes on with answers that call tools."] : Array.Empty<string>(),
            .. totals.Canceled > 0
                ? [$"Invoke-ClaudeBatchRetry -Job {job.Name} -Status Canceled sends the canceled requests again."] : Array.Empty<string>(),
        ];
        return $"It was stopped. {(ways.Length == 0 ? "Nothing of it is left to send." : string.Join(' ', ways))}";
    }

    private static string? MessageOf(JobLedger ledger, JobRecord job, JobState state, IReadOnlyList<BatchRecord> batches) => state switch
    {
        JobState.InputCut => job.PauseReason ?? "Its input broke off and nothing was sent; run the same line again.",
        JobState.Open => "Its input is being read.",
        JobState.Paused => job.PauseReason,
        JobState.Ambiguous when job.MaxRounds is not null && ledger.Tools.Unknown(ledger.Folder, job) is { Count: > 0 } unknown
            => ToolBooks.Describe(job, unknown),
        _ => batches.LastOrDefault(static b => b.Message is not null)?.Message,
    };
}
