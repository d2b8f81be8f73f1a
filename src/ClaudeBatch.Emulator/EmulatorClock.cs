using System.Globalization;

namespace ClaudeBatch.Emulator;

/// <summary>A clock that runs faster than another, for rehearsing a day in seconds.</summary>
public sealed class EmulatorClock : TimeProvider
{
    private readonly TimeProvider _real;

    private readonly double _speed;

    private readonly DateTimeOffset _realOrigin;

    private readonly DateTimeOffset _origin;

    private readonly long _realTimestamp;

    public EmulatorClock(TimeProvider real, double speed)
        : this(real, speed, real.GetUtcNow(), real.GetUtcNow())
    {
    }

    private EmulatorClock(TimeProvider real, double speed, DateTimeOffset realOrigin, DateTimeOffset origin)
    {
        _real = real;
        _speed = speed;
        _realOrigin = realOrigin;
        _origin = origin;
        _realTimestamp = real.GetTimestamp();
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>The clock of a folder: it goes on across processes, and a change of speed never turns it back.</summary>
    public static EmulatorClock Open(string stateFolder, double speed, TimeProvider? real = null)
    {
        real ??= System;
        Directory.CreateDirectory(stateFolder);
        string path = Path.Combine(stateFolder, "clock");
        EmulatorClock clock = new(real, speed);
        if (File.Exists(path))
        {
            string[] parts = File.ReadAllText(path).Split(' ');
            clock = new EmulatorClock(real, Double(parts[2]), Time(parts[0]), Time(parts[1]));
            if (clock._speed == speed)
            {
                return clock;
            }

            clock = new EmulatorClock(real, speed, real.GetUtcNow(), clock.GetUtcNow());
        }

        string temporary = path + "." + Guid.NewGuid().ToString("N");
        File.WriteAllText(temporary, string.Create(CultureInfo.InvariantCulture, $"{clock._realOrigin:o} {clock._origin:o} {clock._speed:R}"));
        File.Move(temporary, path, overwrite: true);
        return clock;
    }

    public override DateTimeOffset GetUtcNow() => _origin + ((_real.GetUtcNow() - _realOrigin) * _speed);

    public override long GetTimestamp() => (long)(_real.GetElapsedTime(_realTimestamp).Ticks * _speed);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        => _real.CreateTimer(callback, state, Scaled(dueTime), Scaled(period));

    // A wait that was not zero must not become zero: a loop that polls would spin.
    private TimeSpan Scaled(TimeSpan time)
        => time <= TimeSpan.Zero ? time : TimeSpan.FromTicks(Math.Max(TimeSpan.TicksPerMillisecond, (long)(time.Ticks / _speed)));

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static double Double(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
