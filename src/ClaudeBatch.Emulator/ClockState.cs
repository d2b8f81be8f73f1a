using System.Buffers.Binary;
using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace ClaudeBatch.Emulator;

/// <summary>
/// The state of an emulator's clock, which all processes share that use the same state folder. Times are in ticks of 100 ns.
/// </summary>
/// <remarks>
/// The file has three numbers of 64 bits: how far the clock is ahead of the real time, which changes only under a lock; the real time at
/// which a process last read the clock; and the clock's speed.
/// </remarks>
internal sealed class ClockState : IDisposable
{
    private const int LookedAt = sizeof(long);

    private const int SpeedAt = 2 * sizeof(long);

    private readonly SafeFileHandle? _file;

    private readonly string? _lock;

    private readonly object _here = new();

    private long _ahead;

    private long _looked;

    private double _speed;

    private ClockState(SafeFileHandle? file, string? lockFile, long looked, double speed)
    {
        _file = file;
        _lock = lockFile;
        _looked = looked;
        _speed = speed;
    }

    /// <summary>How far the emulator's clock is ahead of the real time, in ticks.</summary>
    public long Ahead
    {
        get
        {
            lock (_here)
            {
                return _ahead = Read(0, _ahead);
            }
        }
    }

    /// <summary>How many times faster than the real time the clock runs. The process that opened the clock last has set it.</summary>
    public double Speed
    {
        get => BitConverter.Int64BitsToDouble(Read(SpeedAt, BitConverter.DoubleToInt64Bits(_speed)));
        set
        {
            _speed = value;
            Write(SpeedAt, BitConverter.DoubleToInt64Bits(value));
        }
    }

    public static ClockState InMemory(long now, double speed) => new(null, null, now, speed);

    public static ClockState OfFolder(string folder, long now, double speed)
    {
        string path = Path.Combine(folder, "time");
        SafeFileHandle file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        ClockState state = new(file, path + ".lock", now, speed);
        using FileStream turn = state.TakeTurn();
        if (RandomAccess.GetLength(file) == 0)
        {
            (long ahead, long looked, double before) = Earlier(Path.Combine(folder, "clock")) ?? (0, now, speed);
            state.Write(0, ahead);
            state.Write(LookedAt, looked);
            state.Speed = before;
        }

        return state;
    }

    /// <summary>Records that the clock is read now.</summary>
    /// <param name="now">The real time, in ticks.</param>
    /// <returns>The real time at which the clock was read before.</returns>
    public long Looked(long now)
    {
        lock (_here)
        {
            long before = Read(LookedAt, _looked);
            _looked = Math.Max(before, now);
            Write(LookedAt, _looked);
            return before;
        }
    }

    /// <summary>Changes how far the clock is ahead, under the lock. The new value must not turn the clock back.</summary>
    public void MoveAhead(Func<long, long> ahead)
    {
        lock (_here)
        {
            using FileStream? turn = _file is { IsClosed: false } ? TakeTurn() : null;
            _ahead = ahead(Read(0, _ahead));
            Write(0, _ahead);
        }
    }

    public void Dispose() => _file?.Dispose();

    // Reads the file of an earlier version: the real time and the emulated time at one moment, and the speed since then.
    private static (long Ahead, long Looked, double Speed)? Earlier(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        string[] parts = File.ReadAllText(path).Split(' ');
        long real = DateTimeOffset.Parse(parts[0], CultureInfo.InvariantCulture).UtcTicks;
        long emulated = DateTimeOffset.Parse(parts[1], CultureInfo.InvariantCulture).UtcTicks;
        return (emulated - real, real, double.Parse(parts[2], CultureInfo.InvariantCulture));
    }

    private FileStream TakeTurn()
    {
        SpinWait patience = default;
        while (true)
        {
            try
            {
                return new FileStream(_lock!, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            }
            catch (IOException) when (Directory.Exists(Path.GetDirectoryName(_lock)))
            {
                patience.SpinOnce();
            }
        }
    }

    // A timer may fire after its command has ended and closed the file. It gets the last value that this process has read.
    private long Read(long offset, long known)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        try
        {
            return _file is not null && RandomAccess.Read(_file, bytes, offset) == bytes.Length
                ? BinaryPrimitives.ReadInt64LittleEndian(bytes)
                : known;
        }
        catch (ObjectDisposedException)
        {
            return known;
        }
    }

    private void Write(long offset, long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        try
        {
            if (_file is not null)
            {
                RandomAccess.Write(_file, bytes, offset);
            }
        }
        catch (ObjectDisposedException)
        {
            // As in Read, the file is closed, and nobody in this process looks at the value any more.
        }
    }
}
