namespace ClaudeBatch.Core.Tests;

/// <summary>Time that passes when a test says so, and when somebody waits: then at once.</summary>
internal sealed class ManualClock : TimeProvider
{
    private long _ticks = new DateTimeOffset(2026, 11, 21, 3, 0, 0, TimeSpan.Zero).UtcTicks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public void Advance(TimeSpan time) => Interlocked.Add(ref _ticks, time.Ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Timer timer = new();
        timer.Pass(this, callback, state, dueTime);
        return timer;
    }

    private sealed class Timer : ITimer
    {
        private ManualClock? _clock;

        private TimerCallback? _callback;

        private object? _state;

        private volatile bool _isOver;

        public void Pass(ManualClock clock, TimerCallback callback, object? state, TimeSpan dueTime)
        {
            (_clock, _callback, _state) = (clock, callback, state);
            Change(dueTime, Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (_isOver)
            {
                return false;
            }

            if (dueTime >= TimeSpan.Zero)
            {
                ThreadPool.QueueUserWorkItem(_ =>
                {
                    if (!_isOver)
                    {
                        _clock!.Advance(dueTime);
                        _callback!(_state);
                    }
                });
            }

            return true;
        }

        public void Dispose() => _isOver = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
