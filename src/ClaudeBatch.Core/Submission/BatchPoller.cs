using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Submission;

/// <summary>Asks the service how batches stand, and writes down what it says.</summary>
public sealed class BatchPoller(JobLedger ledger, BatchApi api, TimeProvider clock)
{
    private static readonly TimeSpan s_firstPhase = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan s_secondPhase = TimeSpan.FromHours(1);

    /// <summary>The service's own poll hint of the last answer; a floor for the next question.</summary>
    public TimeSpan? RetryAfter { get; private set; }

    /// <summary>Refreshes one batch. One that was never accepted, or is over, is given back as it is.</summary>
    public async Task<BatchRecord> RefreshAsync(BatchRecord batch, CancellationToken cancellationToken)
    {
        if (batch.ServiceId is null || !BatchState.IsRunning(batch.State))
        {
            return batch;
        }

        Reply<MessageBatch> reply = await api.RetrieveAsync(batch.ServiceId, cancellationToken).ConfigureAwait(false);
        RetryAfter = reply.Headers.RetryAfter;
        BatchRecord now = ledger.Batches.Refresh(batch, reply.Value);
        if (now.State != batch.State)
        {
            ledger.Events.Add(now.State, $"The service says '{reply.Value.ProcessingStatus}'.", batch.JobId, batch.Id, reply.Headers.RequestId);
        }

        return now;
    }

    /// <summary>How long to wait before the next question: often at first, seldom later, never sooner than the service asked.</summary>
    /// <param name="since">When the batch was made.</param>
    /// <param name="fixedInterval">The user's own wish, which outranks the phases and the service's hint on a running batch.</param>
    /// <param name="chance">A number from 0 up to 1.</param>
    public TimeSpan NextWait(DateTime since, TimeSpan? fixedInterval, double chance)
    {
        if (fixedInterval is { } wish)
        {
            return wish;
        }

        TimeSpan age = clock.GetUtcNow().UtcDateTime - since;
        double seconds = age < s_firstPhase ? 10 : age < s_secondPhase ? 60 : 300;
        TimeSpan jittered = TimeSpan.FromSeconds(seconds * (1 + (0.1 * chance)));
        return RetryAfter > jittered ? RetryAfter.Value : jittered;
    }
}
