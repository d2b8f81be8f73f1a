using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Commands;

/// <content>Asks the service how batches stand, and collects those that have ended.</content>
internal sealed partial class CheckedResults
{
    // The jobs of which this command was the first to see answers: whether the end of one was seen before, only now it is known how it ended.
    private void TellEnds()
    {
        foreach (JobRecord job in _collected.Select(id => command.Open().Ledger.Jobs.Get(id)))
        {
            if (command.Open().Ledger.Batches.OfJob(job.Id).All(static b => b.State.IsFinal()))
            {
                command.TellEnd(job, maxFailureRatio: null);
            }
        }
    }

    /// <summary>
    /// Returns the batches with results on disk, all of them or some; writes an error for each that lacks some.
    /// </summary>
    public async Task<IReadOnlyList<BatchRecord>> CollectAsync(IReadOnlyList<BatchRecord> batches, CancellationToken cancellationToken)
    {
        List<BatchRecord> collected = [];
        foreach (BatchRecord batch in await RefreshAsync(batches, cancellationToken))
        {
            if (IsSuperseded(batch))
            {
                continue;
            }

            try
            {
                collected.Add(await CollectAsync(batch, cancellationToken));
            }
            catch (ClaudeBatchException failure) when (choice.LeavesUnfinished && failure.Id == "BatchNotEnded")
            {
                // The report says how far its job has come.
            }
            catch (ClaudeBatchException failure) when (!failure.IsFatal)
            {
                command.Fail(failure, Batch.From(batch));
                BatchRecord now = command.Open().Ledger.Batches.Get(batch.Id);
                if (now is { State: BatchState.Ended or BatchState.Lost, ResultsDigest: not null })
                {
                    collected.Add(now);
                }
            }
        }

        return collected;
    }

    // Nobody misses what was never accepted where each of its requests has another word.
    private bool IsSuperseded(BatchRecord batch) => batch.State is BatchState.Rejected or BatchState.Abandoned
        && !command.Open().Ledger.Batches.WithLastAttempts(batch.JobId).Any(b => b.Id == batch.Id);

    /// <summary>Returns the batches with the service's present state; writes an error for each that could not be refreshed.</summary>
    private async Task<IReadOnlyList<BatchRecord>> RefreshAsync(IReadOnlyList<BatchRecord> batches, CancellationToken cancellationToken)
    {
        if (!batches.Any(static b => b.State.IsRunning()))
        {
            return batches;
        }

        List<(BatchRecord Batch, ClaudeBatchException Failure)> failed = [];
        IReadOnlyList<BatchRecord> now;
        try
        {
            now = await command.Open().Poller.RefreshAsync(batches, (batch, failure) => failed.Add((batch, failure)), cancellationToken);
        }
        catch (ClaudeBatchException failure) when (!failure.IsFatal)
        {
            // The account's list failed, which covers all batches. Those that have ended can still be read from disk.
            now = batches;
            failed.AddRange(batches.Where(static b => b.State.IsRunning()).Select(b => (b, failure)));
        }

        foreach ((BatchRecord batch, ClaudeBatchException failure) in failed)
        {
            command.Fail(failure, Batch.From(batch));
        }

        return [.. now.Where(b => failed.All(f => f.Batch.Id != b.Id))];
    }

    private async Task<BatchRecord> CollectAsync(BatchRecord batch, CancellationToken cancellationToken)
    {
        if (batch.State is BatchState.Lost or BatchState.Deleted || (batch.State == BatchState.Collected && !choice.Refresh))
        {
            return batch;
        }

        BatchRecord collected = await command.Open().Collector
            .CollectAsync(batch.Id, received: null, cancellationToken, again: choice.Refresh);
        command.WriteVerboseRetries();
        if (batch.State != BatchState.Collected)
        {
            _collected.Add(batch.JobId);
        }

        return collected;
    }
}
