using Microsoft.Extensions.Time.Testing;

namespace ClaudeBatch.Core.Tests;

/// <summary>Time that passes when a test says so, and when somebody waits: then at once.</summary>
/// <remarks>The engine waits within calls that a test awaits; a <see cref="FakeTimeProvider"/> alone stands still until the test goes on.</remarks>
internal sealed class ImpatientClock() : FakeTimeProvider(new DateTimeOffset(2026, 11, 21, 3, 0, 0, TimeSpan.Zero))
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        // Woken on the pool, as by the system's timers: within Advance, one that blocks would keep all others from waking.
        ITimer timer = base.CreateTimer(s => ThreadPool.QueueUserWorkItem(callback.Invoke, s), state, dueTime, period);
        if (dueTime > TimeSpan.Zero)
        {
            ThreadPool.QueueUserWorkItem(_ => Advance(dueTime));
        }

        return timer;
    }
}
