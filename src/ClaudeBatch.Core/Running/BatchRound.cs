using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Retries;
using ClaudeBatch.Core.Sending;

namespace ClaudeBatch.Core.Running;

/// <summary>
/// One round over some batches: settles the unconfirmed ones, sends the spooled ones, and asks for the state of the running ones.
/// </summary>
/// <remarks>A round may be repeated, and run beside another process: a batch that another process has locked is left to it.</remarks>
/// <param name="ledger">The open ledger.</param>
/// <param name="api">The service.</param>
/// <param name="beforeSending">
/// What is done with a part right before it is sent, while neither a lock nor a transaction is held; null for nothing. Where it fails,
/// nothing of the part is sent, and the round ends with its exception.
/// </param>
public sealed class BatchRound(JobLedger ledger, BatchApi api, Func<BatchRecord, CancellationToken, Task>? beforeSending = null)
{
    private readonly BatchSender _sender = new(ledger, api);

    private readonly Settler _settler = new(ledger, api);

    private readonly BatchPoller _poller = new(ledger, api, ledger.Clock);

    /// <summary>The connection that the calls use.</summary>
    public ServiceConnection Connection => api.Connection;

    /// <summary>Computes how long to wait until the next round.</summary>
    /// <param name="batches">The batches that are still waited for.</param>
    /// <param name="fixedInterval">The interval that the user has set. It is used as it is, whatever the age of the batches and
    /// <c>retry-after</c> say.</param>
    public TimeSpan NextWait(IEnumerable<BatchRecord> batches, TimeSpan? fixedInterval)
        => _poller.NextWait(batches.Max(static b => b.CreatedAt) ?? DateTime.MaxValue, fixedInterval, Random.Shared.NextDouble());

    /// <summary>Settles and sends batches, and asks for their state.</summary>
    /// <param name="batchIds">The ledger's numbers of the batches.</param>
    /// <param name="sent">Gets the number of bytes of an upload that were sent so far; null for no reports.</param>
    /// <param name="cancellationToken">Ends the round. The next round continues what was begun.</param>
    /// <param name="sends">Whether spooled parts are sent.</param>
    /// <exception cref="ClaudeBatchException">An error after which no batch can go on, such as a rejected key or a full disk.</exception>
    public async Task<RoundReport> RunAsync(
        IEnumerable<long> batchIds, IProgress<long>? sent, CancellationToken cancellationToken, bool sends = true)
    {
        RoundReport delivered = await DeliverAsync(batchIds, sent, cancellationToken, sends).ConfigureAwait(false);
        List<RoundNote> notes = [.. delivered.Notes];
        IReadOnlyList<BatchRecord> now = await PollAsync(delivered.Batches, notes, cancellationToken).ConfigureAwait(false);
        return new RoundReport(now, notes);
    }

    /// <summary>Settles and sends batches, without asking for the state of the running ones.</summary>
    public async Task<RoundReport> DeliverAsync(
        IEnumerable<long> batchIds, IProgress<long>? sent, CancellationToken cancellationToken, bool sends = true)
    {
        List<RoundNote> notes = [];
        long[] ids = [.. batchIds.Order()];
        await SettleAsync(ids, notes, cancellationToken).ConfigureAwait(false);
        await CancelLeftAsync(ids, notes, cancellationToken).ConfigureAwait(false);
        if (sends)
        {
            await SendAsync(ids, notes, sent, cancellationToken).ConfigureAwait(false);
        }

        return new RoundReport([.. ids.Select(ledger.Batches.Get)], notes);
    }

    /// <summary>Looks after the files of the requests that are sent again, and notes what cannot be.</summary>
    /// <exception cref="ClaudeBatchException">The service refuses a call or cannot be reached.</exception>
    internal async Task<RenewedFiles?> RenewFilesAsync(
        JobRecord job, RetryFilter filter, List<RoundNote> notes, CancellationToken cancellationToken)
    {
        List<string> said = [];
        RenewedFiles? files = await new FileRenewal(ledger, api, said.Add).RunAsync(job, filter, cancellationToken).ConfigureAwait(false);
        BatchRecord about = ledger.Batches.OfJob(job.Id)[0];
        notes.AddRange(said.Select(words => new RoundNote(about, words, null, NoteWeight.Detail)));
        notes.AddRange((files?.Failures ?? []).Select(f => new RoundNote(about, f.Message, f, NoteWeight.Error)));
        return files;
    }

    // The process that sent a part while its job was stopped cancels it, unless it has ended right after the reply.
    private async Task CancelLeftAsync(long[] ids, List<RoundNote> notes, CancellationToken cancellationToken)
    {
        BatchControl control = new(ledger, api);
        foreach (BatchRecord batch in ids.Select(ledger.Batches.Get).Where(b => b.OutlivesStop && IsStopped(b)))
        {
            try
            {
                await control.CancelAsync(batch, cancellationToken).ConfigureAwait(false);
                notes.Add(new RoundNote(batch, "It was canceled, because its job was stopped while it was sent.", null, NoteWeight.Detail));
            }
            catch (ClaudeBatchException failure) when (!failure.IsFatal)
            {
                notes.Add(new RoundNote(batch, failure.Message, failure, NoteWeight.Warning));
            }
        }
    }

    private bool IsStopped(BatchRecord batch) => ledger.Jobs.Get(batch.JobId).StoppedAt is not null;

    private async Task SettleAsync(long[] ids, List<RoundNote> notes, CancellationToken cancellationToken)
    {
        foreach (long id in ids)
        {
            BatchRecord batch = ledger.Batches.Get(id);
            if (batch.State != BatchState.Unconfirmed || batch.IsAmbiguous)
            {
                continue;
            }

            try
            {
                BatchRecord now = await _settler.SettleAsync(batch, cancellationToken).ConfigureAwait(false);
                if (now.IsAmbiguous)
                {
                    notes.Add(new RoundNote(now, now.Message!, Ambiguous(now), NoteWeight.Error));
                }
                else if (now.Settlement is { IsAbsent: true } && batch.Settlement is not { IsAbsent: true })
                {
                    notes.Add(new RoundNote(now, now.Message!, NeedsPerson(now), NoteWeight.Error));
                }
                else if (now.IsTentative)
                {
                    notes.Add(new RoundNote(
                        now,
                        $"The reply to the create of part {now.Part} of job '{now.Job}' was lost; batch '{now.ServiceId}' was taken "
                            + $"for it by its count. Its answers are shown when their ids agree. "
                        + "If the same job was sent from another ledger at that moment, it may be that one's."
                        + (ledger.Jobs.Get(now.JobId).StoppedAt is null
                            ? string.Empty
                            : $" The job was stopped, and this batch runs: Stop-ClaudeBatch -Id '{now.ServiceId}' -Force cancels it."),
                        null,
                        NoteWeight.Warning));
                }
            }
            catch (ClaudeBatchException failure) when (!failure.IsFatal)
            {
                notes.Add(new RoundNote(batch, failure.Message, failure, WeightOfWaiting(failure)));
            }
        }
    }

    // Parts are sent one after another. What prevents one part from being sent (no connection, a full queue, a pause) prevents the next
    // part of its job, too.
    private async Task SendAsync(long[] ids, List<RoundNote> notes, IProgress<long>? sent, CancellationToken cancellationToken)
    {
        HashSet<long> held = [];
        foreach (long id in ids)
        {
            BatchRecord batch = ledger.Batches.Get(id);
            if (!batch.State.IsUnsent() || batch.HeldFor is not null || held.Contains(batch.JobId))
            {
                continue;
            }

            if (beforeSending is not null && SendGate.Obstacle(ledger, ledger.Jobs.Get(batch.JobId), batch) is null)
            {
                await beforeSending(batch, cancellationToken).ConfigureAwait(false);
            }

            SendResult result = await _sender.SendAsync(id, sent, cancellationToken).ConfigureAwait(false);
            if (result.Warning is { } warning)
            {
                notes.Add(new RoundNote(result.Batch, warning, null, NoteWeight.Warning));
            }

            if (result.Failure is not { } failure)
            {
                continue;
            }

            // What pauses the job is recorded with it. Of anything else that is the same for every part nobody would be told.
            if (failure.IsFatal && failure.Pauses is null)
            {
                throw failure;
            }

            notes.Add(new RoundNote(result.Batch, failure.Message, failure, WeightOf(result, failure)));
            if (result.Batch.State is not (BatchState.Rejected or BatchState.Unconfirmed) && failure.Cause != FailureCause.SpoolChanged)
            {
                held.Add(batch.JobId);
            }
        }
    }

    private async Task<IReadOnlyList<BatchRecord>> PollAsync(
        IReadOnlyList<BatchRecord> batches,
        List<RoundNote> notes,
        CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<BatchRecord> now = await _poller.RefreshAsync(
                batches,
                (batch, failure) => notes.Add(StillWaiting(batch, failure)),
                cancellationToken).ConfigureAwait(false);
            foreach (BatchRecord lost in now.Where(
                b => b.State == BatchState.Lost && batches.Any(o => o.Id == b.Id && o.State != BatchState.Lost)))
            {
                notes.Add(new RoundNote(
                    lost, lost.Message!, new ClaudeBatchException(FailureKind.NotFound, "BatchLost", lost.Message!)
                    {
                        Target = lost.Key
                    }, NoteWeight.Error));
            }

            return now;
        }
        catch (ClaudeBatchException failure) when (!failure.IsFatal)
        {
            // An outage here does not affect the batches at the service, so the wait goes on.
            notes.Add(StillWaiting(batches[0], failure));
            return batches;
        }
    }

    private static NoteWeight WeightOf(SendResult result, ClaudeBatchException failure)
        => result.Batch.State == BatchState.Rejected || failure.IsFatal || failure.Kind is FailureKind.Conflict or FailureKind.InvalidData
            ? NoteWeight.Error
            : NoteWeight.Warning;

    private static ClaudeBatchException NeedsPerson(BatchRecord batch)
        => new(FailureKind.Conflict, "BatchAbsent", batch.Message!) { Target = batch.Key };

    private static ClaudeBatchException Ambiguous(BatchRecord batch)
        => new(FailureKind.Conflict, "BatchAmbiguous", batch.Message!) { Target = batch.Key };

    private static RoundNote StillWaiting(BatchRecord batch, ClaudeBatchException failure)
    {
        NoteWeight weight = WeightOfWaiting(failure);
        return new RoundNote(
            batch, weight == NoteWeight.Error ? failure.Message : $"{Sentence.Of(failure.Message)} Still waiting.", failure, weight);
    }

    // What belongs to another address or workspace does not change by waiting. A fresh token may take somebody who writes it.
    private static NoteWeight WeightOfWaiting(ClaudeBatchException failure) => failure.Cause switch
    {
        FailureCause.JobBoundElsewhere => NoteWeight.Error,
        FailureCause.IdentityTokenUsed => NoteWeight.Warning,
        _ => NoteWeight.Detail,
    };
}
