using System.Globalization;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Account;

/// <summary>Asks the service for the state of batches, and records its replies in the ledger.</summary>
public sealed class BatchPoller(JobLedger ledger, BatchApi api, TimeProvider clock)
{
    /// <summary>From this number of running batches on, a list call takes the place of one retrieve call for each batch.</summary>
    private const int WorthAList = 4;

    /// <summary>
    /// The most batches that one round asks for singly because the list does not show them. Where the list lags, there may be hundreds; the
    /// others are asked for in later rounds.
    /// </summary>
    private const int MostUnlisted = 10;

    // A batch ends within a day, and a timer takes 49 days at most.
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(1);

    private static readonly TimeSpan s_firstPhase = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan s_secondPhase = TimeSpan.FromHours(1);

    /// <summary>A batch counts as lost after the service has replied with 404 for this long and no list has shown it.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(15);

    /// <summary>
    /// The <c>retry-after</c> of the last reply to a retrieve call: the next call is not made earlier. Null where the reply had none.
    /// </summary>
    public TimeSpan? RetryAfter { get; private set; }

    /// <summary>Asks for the state of one batch. A batch that was never accepted, or that has ended, is returned as it is.</summary>
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
            return RecordReply(batch, reply.Value, reply.Headers.RequestId);
        }
        catch (ClaudeBatchException failure) when (failure is { Status: 404, IsFromService: true })
        {
            return await DeniedAsync(bound, job, batch, failure, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Asks for the state of many batches, with list calls where that takes fewer calls.</summary>
    /// <param name="batches">Batches of jobs that are bound to this connection.</param>
    /// <param name="failed">Called with each batch that could not be asked for, and the error. The other batches are still asked
    /// for.</param>
    /// <param name="cancellationToken">Ends the calls.</param>
    /// <returns>All batches as they are recorded now, in the order given.</returns>
    public async Task<IReadOnlyList<BatchRecord>> RefreshAsync(
        IReadOnlyCollection<BatchRecord> batches, Action<BatchRecord, ClaudeBatchException> failed, CancellationToken cancellationToken)
    {
        BatchRecord[] running = [.. batches.Where(static b => b.ServiceId is not null && b.State.IsRunning())];
        Dictionary<string, MessageBatch> listed = [];
        string? requestId = null;
        if (running.Length >= WorthAList)
        {
            DateTimeOffset oldest = running.Min(static b => b.CreatedAt) ?? DateTimeOffset.MinValue;
            AccountList list = await AccountList.FetchAsync(api, oldest, cancellationToken).ConfigureAwait(false);
            listed = list.Batches.DistinctBy(static b => b.Id).ToDictionary(static b => b.Id);
            requestId = list.Headers.RequestId;
        }

        HashSet<long> unlisted = ChooseUnlisted(running.Where(b => !listed.ContainsKey(b.ServiceId!)));
        List<BatchRecord> refreshed = [];
        foreach (BatchRecord batch in batches)
        {
            try
            {
                refreshed.Add(batch.ServiceId is { } id && batch.State.IsRunning() && listed.TryGetValue(id, out MessageBatch? remote)
                    ? RecordReply(batch, remote, requestId)
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

    /// <summary>
    /// Computes how long to wait before the next round: 10 seconds in a batch's first five minutes, 60 seconds in its first hour, and 300
    /// seconds later, each with up to a tenth added; but at least the service's <c>retry-after</c>.
    /// </summary>
    /// <param name="since">The UTC time at which the batch was created.</param>
    /// <param name="fixedInterval">The interval that the user has set. It is used as it is, whatever the age of the batch and
    /// <c>retry-after</c> say.</param>
    /// <param name="chance">A random number, 0 ≤ chance &lt; 1, that decides what is added.</param>
    public TimeSpan NextWait(DateTime since, TimeSpan? fixedInterval, double chance)
    {
        if (fixedInterval is { } wish)
        {
            return wish < s_longest ? wish : s_longest;
        }

        TimeSpan age = clock.GetUtcNow().UtcDateTime - since;
        double seconds = age < s_firstPhase ? 10 : age < s_secondPhase ? 60 : 300;
        TimeSpan jittered = TimeSpan.FromSeconds(seconds * (1 + (0.1 * chance)));
        return RetryAfter > jittered ? RetryAfter.Value : jittered;
    }

    // The batches are chosen at random: every process has its own poller, and no batch may be left out by all of them.
    private static HashSet<long> ChooseUnlisted(IEnumerable<BatchRecord> unlisted)
    {
        BatchRecord[] all = [.. unlisted];
        Random.Shared.Shuffle(all);
        return [.. all.Take(MostUnlisted).Select(static b => b.Id)];
    }

    private BatchRecord RecordReply(BatchRecord batch, MessageBatch remote, string? requestId)
    {
        Milestone.Pass("polled");
        return ledger.Decide(batch, b =>
        {
            // A reply that was on its way while another process has decided something is not news about what the batch is now.
            if (b.ServiceId != remote.Id || !IsWithService(b))
            {
                return null;
            }

            BatchRecord now = b.With(remote);
            return now == b ? null // a poll that brings no news costs no write
                : now.State == b.State ? new Decision(now)
                : new Decision(now, now.State.Event(), $"The service says '{remote.ProcessingStatus}'.", requestId);
        });
    }

    // A status 404 for a batch that the service has accepted can be a passing error, the effect of another workspace's key, or the end of
    // the batch. Only time and the lists tell which. Nothing is sent again because of a status.
    internal async Task<BatchRecord> DeniedAsync(
        BatchApi bound, JobRecord job, BatchRecord batch, ClaudeBatchException denial, CancellationToken cancellationToken)
    {
        AccountList list = await AccountList.FetchAsync(bound, batch.CreatedAt ?? DateTimeOffset.MinValue, cancellationToken)
            .ConfigureAwait(false);
        if (list.Batches.FirstOrDefault(b => b.Id == batch.ServiceId) is { } listed)
        {
            return RecordReply(batch, listed, list.Headers.RequestId);
        }

        DateTime now = clock.GetUtcNow().UtcDateTime;
        if (batch.NotFoundSince is null)
        {
            return ledger.Decide(batch, b => IsAsked(b) && b.NotFoundSince is null
                ? new Decision(b with { NotFoundSince = now }, EventKind.NotFound, denial.Message, denial.RequestId)
                : null);
        }

        if (now - batch.NotFoundSince < s_patience)
        {
            return batch;
        }

        string message = string.Create(
            CultureInfo.InvariantCulture,
            $"For {(now - batch.NotFoundSince).Value.TotalMinutes:0} minutes the service has known no batch '{batch.ServiceId}' and "
                + $"listed none. Its answers are lost; it is not sent again by itself. Should the service show it again: "
                + $"Repair-ClaudeBatch -Id {batch.Key} -Adopt {batch.ServiceId}");
        return ledger.Decide(batch, b => IsAsked(b) && b.NotFoundSince == batch.NotFoundSince
            ? new Decision(b with { State = BatchState.Lost, Message = message }, EventKind.Lost, message, denial.RequestId)
            : null);

        // The denial is about the batch that was asked for, as long as the part still is that batch and has no results.
        bool IsAsked(BatchRecord b) => b.ServiceId == batch.ServiceId && IsWithService(b);
    }

    private static bool IsWithService(BatchRecord batch) => batch.State.IsRunning() || batch.State == BatchState.Ended;
}
