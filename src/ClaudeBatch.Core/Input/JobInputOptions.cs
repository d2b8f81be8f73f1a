using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Input;

/// <summary>Which job an input is for, and what becomes of its requests.</summary>
public sealed record JobInputOptions
{
    /// <summary>The name of a new job, or of one that is there.</summary>
    public required string Name { get; init; }

    /// <summary>The service the job is bound to from now on.</summary>
    public required ServiceConnection Connection { get; init; }

    /// <summary>Says where a part ends and the next begins.</summary>
    public SpoolLimits Limits { get; init; } = new();

    /// <summary>Says how often a request of a new job may be tried without being asked.</summary>
    public int MaxAttempts { get; init; } = 1;

    /// <summary>What the job has already is sent once more.</summary>
    public bool SendsAgain { get; init; }

    /// <summary>Finds what the service would refuse; null leaves that to the service.</summary>
    public RequestChecker? Checker { get; init; }

    /// <summary>Adds up what the requests that will be sent may cost; it needs a checker.</summary>
    public CostEstimate? Estimate { get; init; }

    /// <summary>Some requests go first, and the others are held back until those have shown something; null sends all alike.</summary>
    public Staging? Staging { get; init; }
}
