namespace ClaudeBatch.Core.Ledger;

/// <summary>When a list of the account was taken, by each clock that can tell.</summary>
/// <param name="ServiceDate">The reply's header <c>date</c>; null where it had none.</param>
/// <param name="Here">The UTC time by our clock.</param>
/// <param name="Boot">Names the time since when <paramref name="Ticks"/> counts: this start of the machine, or of this process.</param>
/// <param name="Ticks">The monotonic clock, in units of 100 ns.</param>
public sealed record ListTime(DateTimeOffset? ServiceDate, DateTimeOffset Here, string Boot, long Ticks)
{
    private const string BootFile = "/proc/sys/kernel/random/boot_id";

    // The monotonic clock of Linux counts since the machine was started and is the same for all processes. Elsewhere it is compared only
    // within one process.
    private static readonly string s_boot = OperatingSystem.IsLinux() && File.Exists(BootFile)
        ? File.ReadAllText(BootFile).Trim()
        : Guid.NewGuid().ToString();

    internal static ListTime Now(TimeProvider clock, DateTimeOffset? serviceDate) => new(
        serviceDate,
        clock.GetUtcNow(),
        s_boot,
        (long)((Int128)clock.GetTimestamp() * TimeSpan.TicksPerSecond / clock.TimestampFrequency));

    /// <summary>
    /// Computes how much time has passed for certain since an earlier list: the least that the clocks say, and never less than nothing. One
    /// clock alone may be set, or be another machine's: two front ends of the service may differ by minutes.
    /// </summary>
    /// <param name="earlier">The list before; null for none.</param>
    public TimeSpan Since(ListTime? earlier)
    {
        if (earlier is null)
        {
            return TimeSpan.Zero;
        }

        TimeSpan passed = Here - earlier.Here;
        if (ServiceDate - earlier.ServiceDate is { } byService && byService < passed)
        {
            passed = byService;
        }

        if (Boot == earlier.Boot && TimeSpan.FromTicks(Ticks - earlier.Ticks) is var monotonic && monotonic < passed)
        {
            passed = monotonic;
        }

        return passed > TimeSpan.Zero ? passed : TimeSpan.Zero;
    }
}
