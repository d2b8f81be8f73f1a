namespace ClaudeBatch.Simulation;

/// <summary>The time as a simulated process sees it. Whoever waits for a timer lets the other processes go on until it is due.</summary>
/// <param name="world">The world, which has the true time.</param>
/// <param name="process">The process; null for the service's own clock, on which nobody waits.</param>
internal sealed class SimulatedClock(World world, SimulatedProcess? process) : TimeProvider
{
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => world.Now + (process?.Skew ?? TimeSpan.Zero);

    // The monotonic clock is the machine's and is not set.
    public override long GetTimestamp() => world.Now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime >= TimeSpan.Zero)
        {
            process!.Sleep(dueTime);
            callback(state);
        }

        return new Timer();
    }

    private sealed class Timer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
