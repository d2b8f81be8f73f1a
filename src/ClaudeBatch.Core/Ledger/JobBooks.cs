using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <summary>The ledger's table of jobs.</summary>
public sealed partial class JobBooks(LedgerDatabase database, TimeProvider clock)
{
    public IReadOnlyList<JobRecord> All() => database.Read($"SELECT {JobRecord.Columns} FROM job ORDER BY id", JobRecord.From);

    public JobRecord? Find(string name)
        => database.Read($"SELECT {JobRecord.Columns} FROM job WHERE name = $name", JobRecord.From, ("$name", name)).SingleOrDefault();

    /// <summary>Gives the job with this number of the ledger.</summary>
    /// <exception cref="ClaudeBatchException"><c>JobGone</c>: it was removed from the ledger.</exception>
    public JobRecord Get(long id)
        => database.Read($"SELECT {JobRecord.Columns} FROM job WHERE id = $id", JobRecord.From, ("$id", id)).SingleOrDefault()
            ?? throw Gone("The job", id);

    /// <summary>Gives the job with this name. Where there is none, it is created with the connection and the limit.</summary>
    public JobRecord FindOrCreate(string name, ServiceConnection connection, int maxAttempts)
    {
        string now = LedgerRow.Format(clock.GetUtcNow().UtcDateTime);
        database.Write(() => database.Execute(
            """
            INSERT INTO job (guid, name, base_address, workspace_id, api_version, betas, max_attempts, created_at, updated_at)
            VALUES ($guid, $name, $address, $workspace, $version, $betas, $attempts, $now, $now)
            ON CONFLICT (name) DO NOTHING
            """,
            ("$guid", Guid.NewGuid().ToString("N")),
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
    public void BindAccount(JobRecord job, string? organizationId, string? workspaceId) => Update(
        job,
        "organization_id = coalesce(organization_id, $organization), workspace_id = coalesce(workspace_id, $workspace)",
        ("$organization", organizationId),
        ("$workspace", workspaceId));

    /// <param name="job">The job.</param>
    /// <param name="cause">What pauses it.</param>
    /// <param name="reason">What an operator must do.</param>
    public void Pause(JobRecord job, PauseCause cause, string reason) => Update(
        job,
        "pause_id = $pause, pause_reason = $reason, paused_at = $at",
        ("$pause", Word<PauseCause>.Of(cause)),
        ("$reason", reason),
        ("$at", LedgerRow.Format(clock.GetUtcNow().UtcDateTime)));

    public void Unpause(JobRecord job) => Update(job, "pause_id = NULL, pause_reason = NULL, paused_at = NULL");

    /// <summary>A job that never had an input of its own is sealed as it is.</summary>
    public void SealEmpty(JobRecord job) => Update(
        job, "sealed_at = coalesce(sealed_at, $at)", ("$at", LedgerRow.Format(clock.GetUtcNow().UtcDateTime)));

    /// <summary>Makes the end of an input binding: from now on its rows are the job's. A job that was stopped goes on.</summary>
    /// <param name="job">The job.</param>
    /// <param name="rows">How many rows the job has with this input.</param>
    /// <param name="refused">How many rows of this input did not become requests.</param>
    /// <param name="low">What the input will cost at least, in picodollars; null where that is not known, and then not of the job
    /// either.</param>
    /// <param name="high">What one attempt of it will cost at most, likewise.</param>
    public void Seal(JobRecord job, long rows, long refused, long? low, long? high) => Update(
        job,
        """
        sealed_at = $now, sealed_rows = $rows, refused_rows = refused_rows + $refused,
        pause_reason = CASE WHEN sealed_at IS NULL THEN NULL ELSE pause_reason END,
        pause_id = CASE WHEN sealed_at IS NULL THEN NULL ELSE pause_id END,
        low_estimate_in_picodollars = CASE WHEN sealed_at IS NULL THEN 0 ELSE low_estimate_in_picodollars END + $low,
        high_estimate_in_picodollars = CASE WHEN sealed_at IS NULL THEN 0 ELSE high_estimate_in_picodollars END + $high
        """,
        ("$rows", rows),
        ("$refused", refused),
        ("$low", low),
        ("$high", high));

    /// <summary>What the job is held to from now on.</summary>
    /// <param name="job">The job.</param>
    /// <param name="maxAttempts">How often a request may be tried without being asked.</param>
    /// <param name="maxFailureRatio">The share of a canary that may fail.</param>
    /// <param name="maxCost">In picodollars; null for no limit.</param>
    public void SetLimits(JobRecord job, int maxAttempts, double? maxFailureRatio, long? maxCost) => Update(
        job,
        "max_attempts = $attempts, max_failure_ratio = $ratio, max_cost_in_picodollars = $cost",
        ("$attempts", maxAttempts),
        ("$ratio", maxFailureRatio),
        ("$cost", maxCost));

    /// <summary>Keeps the limits of a part, which hold for the job's retries, too.</summary>
    /// <param name="job">The job.</param>
    /// <param name="maxRequests">The most requests of a part.</param>
    /// <param name="maxBytes">The most bytes of a part's body.</param>
    public void SetPartLimits(JobRecord job, int maxRequests, long maxBytes) => Update(
        job,
        "max_requests_per_part = $requests, max_bytes_per_part = $bytes",
        ("$requests", maxRequests),
        ("$bytes", maxBytes));

    /// <summary>Has the job's batches sent with a beta, beside those that it has.</summary>
    internal void AddBeta(JobRecord job, string beta)
    {
        if (!job.Betas.Split(',').Contains(beta))
        {
            Update(job, "betas = $betas", ("$betas", job.Betas.Length == 0 ? beta : $"{job.Betas},{beta}"));
        }
    }

    /// <summary>Lets a stopped job go on.</summary>
    public void Restart(JobRecord job) => Update(job, "stopped_at = NULL");

    public void MarkStopped(JobRecord job)
        => Update(job, "stopped_at = $at", ("$at", LedgerRow.Format(clock.GetUtcNow().UtcDateTime)));

    /// <summary>
    /// Deletes a job, a bounded number of rows in each transaction. The job itself is deleted last, so that this can be done again when the
    /// process ends in between.
    /// </summary>
    public void Forget(JobRecord job)
    {
        // The journal keeps whose its events were.
        database.Write(() => database.Execute(
            """
            UPDATE event SET job = $name, part = (SELECT part FROM batch WHERE id = event.batch_id) WHERE job_id = $id AND job IS NULL
            """,
            ("$name", job.Name),
            ("$id", job.Id)));
        foreach (long batch in database.Read("SELECT id FROM batch WHERE job_id = $job", static row => row.Number("id"), ("$job", job.Id)))
        {
            database.DeleteRows("attempt", batch);
            database.Write(() =>
            {
                database.Execute($"DELETE FROM tool_call WHERE {RowKey.Within("attempt_id", "$id")}", ("$id", batch));
                database.Execute("DELETE FROM batch WHERE id = $id", ("$id", batch));
            });
        }

        database.DeleteRows("request", job.Id);
        database.Write(() =>
        {
            database.Execute("DELETE FROM tool WHERE job_id = $id", ("$id", job.Id));
            database.Execute($"DELETE FROM earlier_content WHERE {RowKey.Within("request_id", "$id")}", ("$id", job.Id));
            database.Execute("DELETE FROM job_file WHERE job_id = $id", ("$id", job.Id));
            database.Execute("DELETE FROM job WHERE id = $id", ("$id", job.Id));
        });
    }

    /// <summary>Counts the sealed requests of a job by the status of their last attempts, and sums up the cost of all attempts.</summary>
    public JobTotals Totals(JobRecord job) => Totals(job, Tallies(job));

    /// <summary>Counts the attempts of each batch of a job.</summary>
    internal IReadOnlyList<BatchTally> Tallies(JobRecord job)
    {
        BatchBooks batches = new(database);
        return [.. batches.OfJob(job.Id).Select(batches.Tally)];
    }

    internal static JobTotals Totals(JobRecord job, IReadOnlyCollection<BatchTally> tallies)
    {
        JobTotals totals = new() { Requests = job.SealedRows - job.RefusedRows, Refused = job.RefusedRows };
        foreach (BatchTally tally in tallies)
        {
            long waiting = WaitingOf(job, tally);
            totals = totals with
            {
                WaitingForTools = totals.WaitingForTools + waiting,
                Succeeded = totals.Succeeded - waiting, // counted below
                Incomplete = totals.Incomplete + tally.Incomplete - waiting,
                NotAccepted = totals.NotAccepted + tally.NotAccepted,
            };
            foreach ((Outcome? outcome, long count) in tally.Last)
            {
                // The unsent parts of a stopped job are not pending, because they are not sent.
                bool isGivenUp = job.StoppedAt is not null && outcome is null && tally.Batch.State.IsUnsent();
                totals = totals.Plus(RequestStatuses.Of(isGivenUp ? BatchState.Abandoned : tally.Batch.State, outcome), count);
            }
        }

        // The ledger has no rows for the requests of another tool's batch until its answers are collected.
        long elsewhere = tallies
            .Where(static t => t.Batch is { MadeElsewhere: true, State: not BatchState.Abandoned } && t.Requests == 0)
            .Sum(static t => (long)t.Batch.RequestCount);
        return totals with
        {
            Requests = totals.Requests + elsewhere,
            Pending = totals.Pending + elsewhere,
            Attempts = tallies.Select(static t => t.Batch.Attempt).DefaultIfEmpty().Max(),
            CostInPicodollars = tallies.Aggregate((long?)0, static (sum, t) => sum + t.CostInPicodollars),
        };
    }

    /// <summary>Counts the requests of a batch that ask for another round, and have rounds left.</summary>
    internal static long WaitingOf(JobRecord job, BatchTally tally) => tally.Batch.HasRoundsLeft(job) ? tally.Waiting : 0;

    /// <summary>Has the calls of a job's answers run from now on, for at most this many rounds.</summary>
    /// <param name="job">The job.</param>
    /// <param name="maxRounds">The most rounds, from 1.</param>
    /// <param name="wait">How long requests that are ready wait for others that still run; null for the default.</param>
    public void SetRounds(JobRecord job, int maxRounds, TimeSpan? wait) => Update(
        job,
        "max_rounds = $rounds, round_wait_in_seconds = $wait",
        ("$rounds", maxRounds),
        ("$wait", wait is { } given ? (long)given.TotalSeconds : null));

    /// <summary>Ends the conversations of a job: its files are removed, and nothing can go on without them.</summary>
    internal void EndRounds(JobRecord job)
    {
        Update(job, "max_rounds = NULL");
        if (job.PausedFor == PauseCause.ToolsNotNamed)
        {
            Unpause(job);
        }
    }

    private void Update(JobRecord job, string assignments, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        (string, object?)[] all =
        [
            .. parameters,
            ("$id", job.Id),
            ("$guid", job.Identity.ToString("N")),
            ("$now", LedgerRow.Format(clock.GetUtcNow().UtcDateTime)),
        ];
        database.Write(() =>
        {
            if (database.Execute($"UPDATE job SET {assignments}, updated_at = $now WHERE id = $id AND guid = $guid", all) == 0)
            {
                throw Gone(job);
            }
        });
    }

    /// <summary>Makes the error for a job that another process has removed.</summary>
    internal static ClaudeBatchException Gone(JobRecord job) => Gone($"Job '{job.Name}'", job.Name);

    private static ClaudeBatchException Gone(string what, object target) => new(
        FailureKind.NotFound,
        "JobGone",
        $"{what} is no longer in the ledger: it was removed by another process. Nothing was written.")
    { Target = target };
}
