namespace ClaudeBatch.Core.Input;

/// <summary>Where a part ends.</summary>
/// <param name="MaxRequests">At most 100,000, the service's own limit.</param>
/// <param name="MaxBytes">
/// Of the whole body. The service refuses 256 MB and does not say whether that is 10^6 or 2^20; the default stays below both.
/// </param>
public sealed record SpoolLimits(int MaxRequests = SpoolLimits.MostRequests, long MaxBytes = SpoolLimits.MostBytes)
{
    public const int MostRequests = 100_000;

    public const long MostBytes = 255_000_000;
}
