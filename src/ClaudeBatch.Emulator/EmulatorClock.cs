namespace ClaudeBatch.Emulator;

/// <summary>A clock that runs ahead of another, for rehearsing a day in seconds.</summary>
/// <remarks>
/// A rehearsal's clock is fast where a person would wait: while somebody waits on one of its timers, and between two commands. While a
/// command works it keeps the pace of the real one, so that a machine under load, which takes seconds for what should take none, does not
/// find its batches expired. A service on a port cannot know when its callers work; its clock always runs fast.
/// </remarks>
public sealed class EmulatorClock : TimeProvider, IDisposable
{
    private readonly TimeProvider _real;

    private readonly double _speed;

    private readonly bool _isAlwaysFast;

    private readonly ClockState _state;

    /// <summary>A clock of this process alone, which always runs fast.</summary>
    public EmulatorClock(TimeProvider real, double speed)
        : this(real, speed, isAlwaysFast: true, ClockState.InMemory(real.GetUtcNow().UtcTicks, speed))
    {
    }

    private EmulatorClock(TimeProvider real, double speed, bool isAlwaysFast, ClockState state)
    {
        _real = real;
        _speed = speed;
        _isAlwaysFast = isAlwaysFast;
        _state = state;
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Opens the rehearsal clock of a folder: one for all processes, which goes on where it was and is never turned back.</summary>
    public static EmulatorClock Open(string stateFolder, double speed, TimeProvider? real = null)
        => Open(stateFolder, speed, isAlwaysFast: false, real ?? System);

    /// <summary>Opens the clock of a folder for a service on a port.</summary>
    public static EmulatorClock OpenForServer(string stateFolder, double speed, TimeProvider? real = null)
        => Open(stateFolder, speed, isAlwaysFast: true, real ?? System);

    public override DateTimeOffset GetUtcNow() => new(Now(_isAlwaysFast), TimeSpan.Zero);

    public override long GetTimestamp() => Now(_isAlwaysFast);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        => new Wait(this, callback, state, dueTime, period);

    public void Dispose() => _state.Dispose();

    private static EmulatorClock Open(string stateFolder, double speed, bool isAlwaysFast, TimeProvider real)
    {
        Directory.CreateDirectory(stateFolder);
        EmulatorClock clock = new(real, speed, isAlwaysFast, ClockState.OfFolder(stateFolder, real.GetUtcNow().UtcTicks, speed));
        _ = clock.Now(isIdleOver: true);
        clock._state.Speed = speed; // what was idle before passed at the speed of before
        return clock;
    }

    // The time since anybody last looked passed fast where nobody worked in it.
    private long Now(bool isIdleOver)
    {
        long real = _real.GetUtcNow().UtcTicks;
        long idle = real - _state.Looked(real);
        if (isIdleOver && idle > 0)
        {
            _state.MoveAhead(ahead => ahead + (long)(idle * (_state.Speed - 1)));
        }

        return real + _state.Ahead;
    }

    private void PassTo(long due) => _state.MoveAhead(ahead => Math.Max(ahead, due - _real.GetUtcNow().UtcTicks));

    // A wait that was not zero must not become zero: a loop that polls would spin.
    private TimeSpan Scaled(TimeSpan time)
        => time <= TimeSpan.Zero ? time : TimeSpan.FromTicks(Math.Max(TimeSpan.TicksPerMillisecond, (long)(time.Ticks / _speed)));

    /// <summary>A timer whose waiting takes little real time; when it fires, all of it has passed.</summary>
    private sealed class Wait : ITimer
    {
        private readonly EmulatorClock _clock;

        private readonly ITimer _timer;

        private long _due;

        private long _period;

        public Wait(EmulatorClock clock, TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _clock = clock;
            _timer = clock._real.CreateTimer(
                _ =>
                {
                    long due = Interlocked.Read(ref _due);
                    clock.PassTo(due);
                    Interlocked.CompareExchange(ref _due, due + Interlocked.Read(ref _period), due);
                    callback(state);
                },
                null,
                Timeout.InfiniteTimeSpan,
                Timeout.InfiniteTimeSpan);
            Change(dueTime, period);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Exchange(ref _due, _clock.GetTimestamp() + Math.Max(0, dueTime.Ticks));
            Interlocked.Exchange(ref _period, Math.Max(0, period.Ticks));
            return _timer.Change(_clock.Scaled(dueTime), _clock.Scaled(period));
        }

        public void Dispose() => _timer.Dispose();

        public ValueTask DisposeAsync() => _timer.DisposeAsync();
    }
}
