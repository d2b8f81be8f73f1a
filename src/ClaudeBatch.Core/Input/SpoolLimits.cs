using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Input;

/// <summary>The most requests and bytes that a part may have.</summary>
/// <param name="MaxRequests">The most requests. The service allows 100,000.</param>
/// <param name="MaxBytes">
/// The most bytes of the whole body. The service refuses 256 MB and does not document whether a MB is 10^6 or 2^20 bytes; the default is
/// below both.
/// </param>
public sealed record SpoolLimits(int MaxRequests = SpoolLimits.MostRequests, long MaxBytes = SpoolLimits.MostBytes)
{
    public const int MostRequests = 100_000;

    public const long MostBytes = 255_000_000;

    /// <summary>Gives the limits that a job's parts have, of its input and of its retries.</summary>
    public static SpoolLimits Of(JobRecord job) => new(job.MaxRequestsPerPart ?? MostRequests, job.MaxBytesPerPart ?? MostBytes);
}
