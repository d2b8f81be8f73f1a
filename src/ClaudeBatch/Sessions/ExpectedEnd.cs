using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Sessions;

/// <summary>How long a running batch may still take: by its rate where its counts move, else by what batches have taken before.</summary>
/// <param name="durations">How long earlier batches have taken.</param>
internal sealed class ExpectedEnd(IReadOnlyList<TimeSpan> durations)
{
    // With fewer requests done a rate says little.
    private const double LeastDone = 0.05;

    private readonly TimeSpan[] _durations = [.. durations.Order()];

    /// <summary>The expected time to the batch's end; null where nothing tells it.</summary>
    /// <param name="batch">A batch that has begun.</param>
    /// <param name="now">The UTC time.</param>
    public TimeSpan? Of(BatchRecord batch, DateTime now)
    {
        TimeSpan elapsed = now - batch.CreatedAt!.Value;
        double done = batch.RequestCount == 0 ? 0 : 1 - ((double)batch.Counts.Processing / batch.RequestCount);
        if (done >= LeastDone)
        {
            return elapsed * ((1 - done) / done);
        }

        // Of the batches that took longer than this one so far, half took no longer than this.
        TimeSpan[] longer = [.. _durations.Where(d => d > elapsed)];
        return longer.Length == 0 ? null : longer[longer.Length / 2] - elapsed;
    }
}
