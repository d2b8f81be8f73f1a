using Microsoft.Extensions.Time.Testing;

namespace ClaudeBatch.Core.Tests;

/// <summary>
/// A clock that moves when a test says so. When somebody waits on one of its timers, it moves at once to the end of the wait.
/// </summary>
/// <remarks>
/// The engine waits inside calls that a test awaits. With a <see cref="FakeTimeProvider"/> alone, time would stand still until the test
/// goes on.
/// </remarks>
internal sealed class ImpatientClock() : FakeTimeProvider(new DateTimeOffset(2026, 11, 21, 3, 0, 0, TimeSpan.Zero))
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        // The callback runs on the thread pool, as with a timer of the system. Within Advance, a callback that blocks would keep the other
        // timers from firing.
        ITimer timer = base.CreateTimer(s => ThreadPool.QueueUserWorkItem(callback.Invoke, s), state, dueTime, period);
        if (dueTime > TimeSpan.Zero)
        {
            ThreadPool.QueueUserWorkItem(_ => Advance(dueTime));
        }

        return timer;
    }
}
