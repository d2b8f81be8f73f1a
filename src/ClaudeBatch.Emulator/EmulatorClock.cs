namespace ClaudeBatch.Emulator;

/// <summary>A clock that runs faster than another one, so that a day can be rehearsed in seconds.</summary>
/// <remarks>
/// The clock of a rehearsal runs fast where a person would wait: while something waits for one of its timers, and between two commands.
/// While a command works, it runs as fast as the real time. Otherwise the batches would expire on a machine under load, which may take
/// seconds for a step that usually takes none. A server cannot know when its callers work, so its clock always runs fast.
/// </remarks>
public sealed class EmulatorClock : TimeProvider, IDisposable
{
    private readonly TimeProvider _real;

    private readonly double _speed;

    private readonly bool _isAlwaysFast;

    private readonly ClockState _state;

    /// <summary>Makes a clock that only this process uses and that always runs fast.</summary>
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

    /// <summary>The clock that this one is ahead of.</summary>
    internal TimeProvider Real => _real;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>
    /// Opens the rehearsal clock of a state folder. All processes share it. It goes on where it was, and is never turned back.
    /// </summary>
    public static EmulatorClock Open(string stateFolder, double speed, TimeProvider? real = null)
        => Open(stateFolder, speed, isAlwaysFast: false, real ?? System);

    /// <summary>Opens the clock of a state folder for a server. It always runs fast.</summary>
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
        clock._state.Speed = speed; // the time until now has passed at the earlier speed
        return clock;
    }

    // The time since a process last read the clock passes fast, unless a command was at work in it.
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

    // A wait that is not zero must not become zero, or a loop that polls would never pause.
    private TimeSpan Scaled(TimeSpan time)
        => time <= TimeSpan.Zero ? time : TimeSpan.FromTicks(Math.Max(TimeSpan.TicksPerMillisecond, (long)(time.Ticks / _speed)));

    /// <summary>A timer that waits for a shorter real time. When it fires, the clock has moved on by the whole wait.</summary>
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
