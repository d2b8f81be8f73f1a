using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <content>What was done about the ends of jobs. None of it changes the job, so <c>updated_at</c> stays.</content>
public sealed partial class JobBooks
{
    /// <summary>Books that the end of a job was reported to a scheduler. A job that was removed meanwhile is passed over.</summary>
    /// <param name="job">The job.</param>
    /// <param name="lastBatch">The last batch that it had.</param>
    internal void MarkReported(JobRecord job, long lastBatch) => Write(job, "reported_batch = $batch", ("$batch", lastBatch));

    /// <summary>Writes down who begins what is to be done at the end of a job, before it is begun.</summary>
    internal void ClaimFinished(JobRecord job, string claim) => Write(job, "finished_claim = $claim", ("$claim", claim));

    /// <summary>Books that what was to be done at the end of a job is done, or is not to be done.</summary>
    /// <param name="job">The job.</param>
    /// <param name="lastBatch">The last batch that it had.</param>
    internal void MarkFinished(JobRecord job, long lastBatch)
        => Write(job, "finished_batch = $batch, finished_claim = NULL", ("$batch", lastBatch));

    private void Write(JobRecord job, string assignments, (string Name, object? Value) value) => database.Write(() => database.Execute(
        $"UPDATE job SET {assignments} WHERE id = $id AND guid = $guid", value, ("$id", job.Id), ("$guid", job.Identity.ToString("N"))));
}
