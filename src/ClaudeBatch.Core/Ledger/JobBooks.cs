using ClaudeBatch.Core.Api;

namespace ClaudeBatch.Core.Ledger;

/// <summary>What the ledger says and keeps about jobs.</summary>
public sealed class JobBooks(LedgerDatabase database, TimeProvider clock)
{
    public IReadOnlyList<JobRecord> All() => database.Read($"SELECT {JobRecord.Columns} FROM job ORDER BY id", JobRecord.From);

    public JobRecord? Find(string name)
        => database.Read($"SELECT {JobRecord.Columns} FROM job WHERE name = $name", JobRecord.From, ("$name", name)).SingleOrDefault();

    public JobRecord Get(long id)
        => database.Read($"SELECT {JobRecord.Columns} FROM job WHERE id = $id", JobRecord.From, ("$id", id)).Single();

    /// <summary>Makes a job, or gives the one of that name.</summary>
    public JobRecord FindOrCreate(string name, ServiceConnection connection, int maxAttempts)
    {
        string now = LedgerRow.Format(clock.GetUtcNow().UtcDateTime);
        database.Write(() => database.Execute(
            """
            INSERT INTO job (name, base_address, workspace_id, api_version, betas, max_attempts, created_at, updated_at)
            VALUES ($name, $address, $workspace, $version, $betas, $attempts, $now, $now)
            ON CONFLICT (name) DO NOTHING
            """,
            ("$name", name),
            ("$address", connection.BaseAddress.AbsoluteUri),
            ("$workspace", connection.WorkspaceId),
            ("$version", connection.ApiVersion),
            ("$betas", string.Join(',', connection.Betas)),
            ("$attempts", maxAttempts),
            ("$now", now)));
        return Find(name)!;
    }

    /// <summary>Keeps who the service says we are, once; later calls must agree.</summary>
    public void BindAccount(long jobId, string? organizationId, string? workspaceId) => Update(
        jobId,
        "organization_id = coalesce(organization_id, $organization), workspace_id = coalesce(workspace_id, $workspace)",
        ("$organization", organizationId),
        ("$workspace", workspaceId));

    /// <param name="jobId">The job.</param>
    /// <param name="id">The id of what pauses it.</param>
    /// <param name="reason">What an operator must do.</param>
    public void Pause(long jobId, string id, string reason) => Update(
        jobId, "pause_id = $pause, pause_reason = $reason, paused_at = $at", ("$pause", id), ("$reason", reason), ("$at", LedgerRow.Format(clock.GetUtcNow().UtcDateTime)));

    public void Unpause(long jobId) => Update(jobId, "pause_id = NULL, pause_reason = NULL, paused_at = NULL");

    /// <summary>A job that never had an input of its own is sealed as it is.</summary>
    public void SealEmpty(long jobId) => Update(
        jobId, "sealed_at = coalesce(sealed_at, $at)", ("$at", LedgerRow.Format(clock.GetUtcNow().UtcDateTime)));

    /// <summary>What the job is held to from now on.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="maxAttempts">How often a request may be tried without being asked.</param>
    /// <param name="maxFailureRatio">The share of a canary that may fail.</param>
    /// <param name="maxCost">In picodollars; null for no limit.</param>
    public void SetLimits(long jobId, int maxAttempts, double? maxFailureRatio, long? maxCost) => Update(
        jobId,
        "max_attempts = $attempts, max_failure_ratio = $ratio, max_cost_in_picodollars = $cost",
        ("$attempts", maxAttempts),
        ("$ratio", maxFailureRatio),
        ("$cost", maxCost));

    /// <summary>Lets a stopped job go on.</summary>
    public void Restart(long jobId) => Update(jobId, "stopped_at = NULL");

    public void MarkStopped(long jobId)
        => Update(jobId, "stopped_at = $at", ("$at", LedgerRow.Format(clock.GetUtcNow().UtcDateTime)));

    /// <summary>Takes a job out of the books, a bounded number of rows at a time; what is left after a kill is a job without rows.</summary>
    public void Forget(long jobId)
    {
        foreach (long batch in database.Read("SELECT id FROM batch WHERE job_id = $job", static row => row.Number(0), ("$job", jobId)))
        {
            database.DeleteRows("attempt", "batch_id", batch);
            database.Write(() => database.Execute("DELETE FROM batch WHERE id = $id", ("$id", batch)));
        }

        database.DeleteRows("request", "job_id", jobId);
        database.Write(() => database.Execute("DELETE FROM job WHERE id = $id", ("$id", jobId)));
    }

    /// <summary>The counts of a job over the last attempt of each of its sealed requests.</summary>
    public JobTotals Totals(JobRecord job)
    {
        JobTotals totals = new()
        {
            Requests = database.Scalar(
                "SELECT count(*) FROM request WHERE job_id = $job AND row < $sealed AND refusal IS NULL", ("$job", job.Id), ("$sealed", job.SealedRows)),
            Refused = database.Scalar(
                "SELECT count(*) FROM request WHERE job_id = $job AND row < $sealed AND refusal IS NOT NULL", ("$job", job.Id), ("$sealed", job.SealedRows)),
        };
        foreach ((string state, string? outcome, long count) in database.Read(
            $"""
            SELECT b.state, a.outcome, count(*) FROM batch b JOIN attempt a ON a.batch_id = b.id
            WHERE b.job_id = $job AND b.state <> 'Draft' AND {AttemptBooks.IsLast} GROUP BY b.state, a.outcome
            """,
            static row => (row.Text(0), row.TextOrNull(1), row.Number(2)),
            ("$job", job.Id)))
        {
            // Of a stopped job nothing more is sent.
            bool isGivenUp = job.StoppedAt is not null && outcome is null && BatchState.IsUnsent(state);
            totals = totals.Plus(isGivenUp ? BatchState.Abandoned : state, outcome, count);
        }

        // A batch of another tool has no rows here before its answers are.
        long elsewhere = database.Scalar(
            """
            SELECT coalesce(sum(request_count), 0) FROM batch b
            WHERE job_id = $job AND spool_digest IS NULL AND state <> 'Draft' AND NOT EXISTS (SELECT 1 FROM attempt a WHERE a.batch_id = b.id)
            """,
            ("$job", job.Id));

        return totals with
        {
            Requests = totals.Requests + elsewhere,
            Pending = totals.Pending + elsewhere,
            Attempts = (int)database.Scalar("SELECT coalesce(max(attempt), 0) FROM batch WHERE job_id = $job AND state <> 'Draft'", ("$job", job.Id)),
            CostInPicodollars = database.Read(
                """
                SELECT CASE WHEN count(a.outcome) = count(a.cost_in_picodollars) THEN coalesce(sum(a.cost_in_picodollars), 0) END
                FROM batch b JOIN attempt a ON a.batch_id = b.id WHERE b.job_id = $job
                """,
                static row => row.NumberOrNull(0),
                ("$job", job.Id)).Single(),
        };
    }

    private void Update(long jobId, string assignments, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        (string, object?)[] all =
            [.. parameters, ("$id", jobId), ("$now", LedgerRow.Format(clock.GetUtcNow().UtcDateTime))];
        database.Write(() => database.Execute($"UPDATE job SET {assignments}, updated_at = $now WHERE id = $id", all));
    }
}
