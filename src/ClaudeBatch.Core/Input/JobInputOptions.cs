using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Input;

/// <summary>Which job an input is for, and how its requests are checked, divided and sent.</summary>
public sealed record JobInputOptions
{
    /// <summary>The name of a new or an existing job.</summary>
    public required string Name { get; init; }

    /// <summary>The connection. A new job is bound to its address, and to the organization and workspace that the service names.</summary>
    public required ServiceConnection Connection { get; init; }

    /// <summary>The limits of a part: the most requests and bytes.</summary>
    public SpoolLimits Limits { get; init; } = new();

    /// <summary>How often a request of a new job may be tried without a further command; 1 for no retries.</summary>
    public int MaxAttempts { get; init; } = 1;

    /// <summary>Whether requests that the job has already are sent once more.</summary>
    public bool SendsAgain { get; init; }

    /// <summary>What becomes of rows that the job has with other requests.</summary>
    public ConflictRule OnConflict { get; init; }

    /// <summary>The checker that finds what the service would refuse; null to leave that to the service.</summary>
    public RequestChecker? Checker { get; init; }

    /// <summary>The estimate of the cost of the requests that will be sent. It needs a checker; null for no estimate.</summary>
    public CostEstimate? Estimate { get; init; }

    /// <summary>
    /// Gives the service's id of a file that a request of the job names by its placeholder, and uploads it where that is to be done; null where no
    /// request does. It is asked once for each file, and only for requests that are sent. The ledger may be used meanwhile.
    /// </summary>
    public Func<JobRecord, FileToUpload, string>? IdOfFile { get; init; }

    /// <summary>
    /// Which requests are sent first, while the others are held back until the first ones have results; null to send all at once.
    /// </summary>
    public Staging? Staging { get; init; }
}
