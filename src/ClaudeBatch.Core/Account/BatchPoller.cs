using System.Globalization;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Account;

/// <summary>Asks the service how batches stand, and writes down what it says.</summary>
public sealed class BatchPoller(JobLedger ledger, BatchApi api, TimeProvider clock)
{
    /// <summary>From so many batches on, one list is cheaper than a call each.</summary>
    private const int WorthAList = 4;

    /// <summary>Lists may lag, and then would leave hundreds to be asked about one by one; the others have their turn in a later round.</summary>
    private const int MostUnlisted = 10;

    private static readonly TimeSpan s_firstPhase = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan s_secondPhase = TimeSpan.FromHours(1);

    /// <summary>How long the service must deny a batch before it counts as lost.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(15);

    /// <summary>The service's own poll hint of the last answer; a floor for the next question.</summary>
    public TimeSpan? RetryAfter { get; private set; }

    /// <summary>Refreshes one batch. One that was never accepted, or is over, is given back as it is.</summary>
    /// <exception cref="ClaudeBatchException"><c>JobBoundElsewhere</c>, and what the service says.</exception>
    public async Task<BatchRecord> RefreshAsync(BatchRecord batch, CancellationToken cancellationToken)
    {
        if (batch.ServiceId is null || !batch.State.IsRunning())
        {
            return batch;
        }

        JobRecord job = ledger.Jobs.Get(batch.JobId);
        BatchApi bound = JobBinding.Bind(api, job);
        try
        {
            Reply<MessageBatch> reply = await bound.RetrieveAsync(batch.ServiceId, cancellationToken).ConfigureAwait(false);
            RetryAfter = reply.Headers.RetryAfter;
            return Keep(batch, reply.Value, reply.Headers.RequestId);
        }
        catch (ClaudeBatchException failure) when (failure.Status == 404)
        {
            return await DeniedAsync(bound, job, batch, failure, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Refreshes many batches, with a list where that is cheaper than a call each.</summary>
    /// <param name="batches">Batches of jobs that are bound to this service.</param>
    /// <param name="failed">Told about each that could not be asked about; the others go on.</param>
    /// <param name="cancellationToken">Ends the calls.</param>
    public async Task<IReadOnlyList<BatchRecord>> RefreshAsync(
        IReadOnlyCollection<BatchRecord> batches, Action<BatchRecord, ClaudeBatchException> failed, CancellationToken cancellationToken)
    {
        BatchRecord[] running = [.. batches.Where(static b => b.ServiceId is not null && b.State.IsRunning())];
        Dictionary<string, MessageBatch> listed = [];
        string? requestId = null;
        if (running.Length >= WorthAList)
        {
            DateTime oldest = running.Min(static b => b.CreatedAt) ?? DateTime.MinValue;
            AccountList list = await AccountList.FetchAsync(api, oldest, cancellationToken).ConfigureAwait(false);
            listed = list.Batches.DistinctBy(static b => b.Id).ToDictionary(static b => b.Id);
            requestId = list.Headers.RequestId;
        }

        HashSet<long> unlisted = Some(running.Where(b => !listed.ContainsKey(b.ServiceId!)));
        List<BatchRecord> refreshed = [];
        foreach (BatchRecord batch in batches)
        {
            try
            {
                refreshed.Add(batch.ServiceId is { } id && batch.State.IsRunning() && listed.TryGetValue(id, out MessageBatch? remote)
                    ? Keep(batch, remote, requestId)
                    : unlisted.Contains(batch.Id) ? await RefreshAsync(batch, cancellationToken).ConfigureAwait(false)
                    : batch);
            }
            catch (ClaudeBatchException failure) when (!failure.IsFatal)
            {
                failed(batch, failure);
                refreshed.Add(batch);
            }
        }

        return refreshed;
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

    // By lot: whoever runs the rounds, each of them is asked about sooner or later.
    private static HashSet<long> Some(IEnumerable<BatchRecord> unlisted)
    {
        BatchRecord[] all = [.. unlisted];
        Random.Shared.Shuffle(all);
        return [.. all.Take(MostUnlisted).Select(static b => b.Id)];
    }

    private BatchRecord Keep(BatchRecord batch, MessageBatch remote, string? requestId)
    {
        Milestone.Pass("polled");
        BatchState next = BatchStates.FromService(remote.ProcessingStatus);
        return next == batch.State
            ? ledger.Batches.Refresh(batch, remote)
            : ledger.Record(
                batch,
                next.Event(),
                $"The service says '{remote.ProcessingStatus}'.",
                requestId,
                () => ledger.Batches.Refresh(batch, remote));
    }

    // A 404 on a batch we know is a hiccup, another workspace's key, or the end of it. Only time and the lists can tell;
    // nothing is sent again on the strength of a status code.
    internal async Task<BatchRecord> DeniedAsync(
        BatchApi bound, JobRecord job, BatchRecord batch, ClaudeBatchException denial, CancellationToken cancellationToken)
    {
        AccountList list = await AccountList.FetchAsync(bound, batch.CreatedAt ?? DateTime.MinValue, cancellationToken).ConfigureAwait(false);
        JobBinding.Check(job, list.Headers);
        if (list.Batches.FirstOrDefault(b => b.Id == batch.ServiceId) is { } listed)
        {
            return Keep(batch, listed, list.Headers.RequestId);
        }

        DateTime now = clock.GetUtcNow().UtcDateTime;
        if (batch.NotFoundSince is null)
        {
            return ledger.Record(
                batch, EventKind.NotFound, denial.Message, denial.RequestId, () => ledger.Batches.SetNotFoundSince(batch.Id, now));
        }

        if (now - batch.NotFoundSince < s_patience)
        {
            return batch;
        }

        string message = string.Create(
            CultureInfo.InvariantCulture,
            $"For {(now - batch.NotFoundSince).Value.TotalMinutes:0} minutes the service has known no batch '{batch.ServiceId}' and listed none. Its answers are lost; it is not sent again by itself.");
        return ledger.Record(
            batch, EventKind.Lost, message, denial.RequestId, () => ledger.Batches.SetState(batch.Id, BatchState.Lost, message));
    }
}
