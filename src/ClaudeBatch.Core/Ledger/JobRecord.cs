using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <summary>A job as the ledger has it. Times are in UTC.</summary>
public sealed record JobRecord
{
    internal const string Columns =
        "id, guid, name, base_address, organization_id, workspace_id, api_version, betas, max_attempts, sealed_at, sealed_rows, "
        + "stopped_at, pause_reason, created_at, updated_at, paused_at, low_estimate_in_picodollars, "
        + "high_estimate_in_picodollars, max_failure_ratio, max_cost_in_picodollars, pause_id, "
        + "max_requests_per_part, max_bytes_per_part, refused_rows, id_rule, reported_batch, finished_batch, finished_claim, "
        + "max_rounds, round_wait_in_seconds";

    /// <summary>The ledger's number of the job. No other job of the ledger ever has it, also when this one is removed.</summary>
    public required long Id { get; init; }

    /// <summary>Identifies the job also where another ledger has a job of the same name or number.</summary>
    public required Guid Identity { get; init; }

    public required string Name { get; init; }

    public required string BaseAddress { get; init; }

    public string? OrganizationId { get; init; }

    public string? WorkspaceId { get; init; }

    public required string ApiVersion { get; init; }

    /// <summary>The value of the header <c>anthropic-beta</c>: names of beta features, separated by commas; empty for none.</summary>
    public required string Betas { get; init; }

    public required int MaxAttempts { get; init; }

    public DateTime? SealedAt { get; init; }

    /// <summary>The number of sealed rows. Rows from this number on belong to an input whose end was not read yet.</summary>
    public long SealedRows { get; init; }

    /// <summary>How many of the sealed rows did not become requests.</summary>
    public long RefusedRows { get; init; }

    public DateTime? StoppedAt { get; init; }

    /// <summary>The cause of its pause; null where it is not paused, and for pauses from before version 5 of the tables.</summary>
    public PauseCause? PausedFor { get; init; }

    /// <summary>A sentence that says what a person must do before the job goes on; null where it is not paused.</summary>
    public string? PauseReason { get; init; }

    public DateTime? PausedAt { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required DateTime UpdatedAt { get; init; }

    /// <summary>The least that one attempt of all its requests was expected to cost; null where that is not known.</summary>
    public long? LowEstimateInPicodollars { get; init; }

    /// <summary>The most that one attempt of all its requests was expected to cost; null where that is not known.</summary>
    public long? HighEstimateInPicodollars { get; init; }

    /// <summary>The share of a canary's requests that may fail, from 0 to 1; null where the user has set none.</summary>
    public double? MaxFailureRatio { get; init; }

    /// <summary>What the job may cost; null where the user has set no limit.</summary>
    public long? MaxCostInPicodollars { get; init; }

    /// <summary>The most requests of a part that were asked for; null for the service's limit.</summary>
    public int? MaxRequestsPerPart { get; init; }

    /// <summary>The most bytes of a part that were asked for; null for the service's limit.</summary>
    public long? MaxBytesPerPart { get; init; }

    /// <summary>How the custom ids of rows that were given none are made.</summary>
    public IdRule IdRule { get; init; }

    /// <summary>The last batch that the job had when its end was reported to a scheduler; null where none was.</summary>
    public long? ReportedBatch { get; init; }

    /// <summary>The last batch that the job had when what was to be done at its end was done; null where it never was.</summary>
    public long? FinishedBatch { get; init; }

    /// <summary>The process that began what is to be done at the job's end, and when; null where it is done, or was not begun.</summary>
    public string? FinishedClaim { get; init; }

    /// <summary>
    /// The most rounds of a conversation with tools, from 1; null where the calls of answers are not run, and answers that call tools are the last.
    /// </summary>
    public int? MaxRounds { get; init; }

    /// <summary>How long requests that are ready for their next round wait for others of the job that still run; null for the default.</summary>
    public TimeSpan? RoundWait { get; init; }

    /// <summary>The name of the lock that says whose input is being read.</summary>
    public string LockName => LockNameOf(Id);

    /// <summary>The name of the lock that says who does what is to be done at the job's end.</summary>
    internal string FinishedLockName => $"finished-{Id}";

    /// <summary>The name of the lock that says who runs the job's tools.</summary>
    public string ToolsLockName => $"tools-{Id}";

    internal static string LockNameOf(long id) => $"job-{id}";

    internal static JobRecord From(LedgerRow row) => new()
    {
        Id = row.Number("id"),
        Identity = row.Identity("guid"),
        Name = row.Text("name"),
        BaseAddress = row.Text("base_address"),
        OrganizationId = row.TextOrNull("organization_id"),
        WorkspaceId = row.TextOrNull("workspace_id"),
        ApiVersion = row.Text("api_version"),
        Betas = row.Text("betas"),
        MaxAttempts = row.Count("max_attempts"),
        SealedAt = row.TimeOrNull("sealed_at"),
        SealedRows = row.Number("sealed_rows"),
        RefusedRows = row.Number("refused_rows"),
        StoppedAt = row.TimeOrNull("stopped_at"),
        PauseReason = row.TextOrNull("pause_reason"),
        CreatedAt = row.Time("created_at"),
        UpdatedAt = row.Time("updated_at"),
        PausedAt = row.TimeOrNull("paused_at"),
        LowEstimateInPicodollars = row.NumberOrNull("low_estimate_in_picodollars"),
        HighEstimateInPicodollars = row.NumberOrNull("high_estimate_in_picodollars"),
        MaxFailureRatio = row.FractionOrNull("max_failure_ratio"),
        MaxCostInPicodollars = row.NumberOrNull("max_cost_in_picodollars"),
        MaxRequestsPerPart = (int?)row.NumberOrNull("max_requests_per_part"),
        MaxBytesPerPart = row.NumberOrNull("max_bytes_per_part"),
        IdRule = row.Member<IdRule>("id_rule"),
        ReportedBatch = row.NumberOrNull("reported_batch"),
        FinishedBatch = row.NumberOrNull("finished_batch"),
        FinishedClaim = row.TextOrNull("finished_claim"),
        MaxRounds = (int?)row.NumberOrNull("max_rounds"),
        RoundWait = row.NumberOrNull("round_wait_in_seconds") is { } wait ? TimeSpan.FromSeconds(wait) : null,
        PausedFor = row.MemberOrNull<PauseCause>("pause_id"),
    };
}
