using System.Globalization;
using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Results;

/// <content>One download, and what follows from it.</content>
public sealed partial class BatchCollector
{
    /// <summary>Downloads the results once, and decides what becomes of them.</summary>
    /// <returns>The batch as it is recorded now; where what came is taken, it is <see cref="BatchState.Downloaded"/>, and what came is
    /// returned, too.</returns>
    private async Task<(BatchRecord Batch, ReceivedResults? Came)> DownloadAsync(
        BatchRecord batch, bool again, IProgress<long>? received, CancellationToken cancellationToken)
    {
        bool isCollected = batch.State == BatchState.Collected;
        bool asks = isCollected && !again;
        if (batch.ArchivedAt is not null)
        {
            return (asks ? StopAsking(batch) : isCollected ? throw Archived(batch) : Expire(batch), null);
        }

        int number = batch.Downloads + 1;
        string partial = Partial(ledger.Folder.Results(batch.JobId, batch.Part, number));
        ReceivedResults? came = null;
        bool isTaken = false;
        try
        {
            BatchApi bound = JobBinding.Bind(api, ledger.Jobs.Get(batch.JobId));
            try
            {
                came = await new ResultDownload(ledger, bound, _prices).RunAsync(batch, partial, received, cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (ClaudeBatchException denial) when (denial is { Status: 404, IsFromService: true })
            {
                return (await DeniedAsync(bound, batch, asks, denial, cancellationToken).ConfigureAwait(false), null);
            }
            catch (ClaudeBatchException failure) when (asks && !failure.IsFatal)
            {
                return (failure.Status is null ? batch : Asked(batch), null); // nobody has waited for it
            }

            if (batch.MadeElsewhere)
            {
                RefuseKnownIds(batch, came.Table);
            }

            BatchRecord counted = batch with { Downloads = number };
            (BatchRecord now, isTaken) = batch.IsTentative ? JudgeTentative(batch, counted, came)
                : asks ? JudgeAsked(batch, counted, came)
                : again && isCollected ? JudgeRefreshed(batch, counted, came)
                : Judge(batch, counted, came);
            if (!isTaken)
            {
                return (now, null);
            }

            Milestone.Pass("download-recorded");
            return (now, came);
        }
        finally
        {
            if (!isTaken)
            {
                came?.Dispose();
                File.Delete(partial);
            }
        }
    }

    private (BatchRecord Batch, bool IsTaken) Judge(BatchRecord batch, BatchRecord counted, ReceivedResults came)
    {
        bool agrees = came.Table.Agrees(batch);
        counted = agrees ? counted : ResultPatience.Count(counted, came.IsComplete, came.News, Now);
        bool isFirst = batch.ResultsDigest is null && came.Table.Answered > 0;
        if (isFirst || agrees || came.News > 0)
        {
            return (Take(batch, counted, came), true);
        }

        if (came.IsComplete && ResultPatience.IsEnough(counted))
        {
            if (batch.Adopted == Adoption.No && batch.ResultsDigest is null && HasOnlyOthers(came))
            {
                throw Refute(batch);
            }

            // What is here is what the service has; the requests without an answer are missing.
            return (MakeMissing(batch, counted), false);
        }

        return !came.IsComplete && Earliest(came) >= batch.ResultsExpireAt ? (Expire(batch), false) : throw Keep(batch, counted, came);
    }

    // Nobody waits for what the service is asked by itself: only answers that come are told.
    private (BatchRecord Batch, bool IsTaken) JudgeAsked(BatchRecord batch, BatchRecord counted, ReceivedResults came)
    {
        counted = ResultPatience.Asked(counted, Now);
        return came is { News: > 0, Dropped: 0 } && came.Table.FirstOther(ledger.Tools.FixedAnswers(batch)) is null
            ? (Take(batch, ResultPatience.CountEnough(counted), came), true)
            : (ledger.Record(batch, new Decision(counted)), false);
    }

    private (BatchRecord Batch, bool IsTaken) JudgeRefreshed(BatchRecord batch, BatchRecord counted, ReceivedResults came)
    {
        bool isWhole = came.Table.Agrees(batch) || came.IsComplete;
        if (isWhole && came.Dropped == 0)
        {
            return (Take(batch, ResultPatience.CountEnough(counted), came), true);
        }

        ledger.Record(batch, new Decision(counted));
        throw isWhole ? NotReplaced(batch, came.Dropped) : Failure(batch, came);
    }

    private BatchRecord Take(BatchRecord batch, BatchRecord counted, ReceivedResults came)
    {
        if (came.Table.FirstOther(ledger.Tools.FixedAnswers(batch)) is { } other)
        {
            throw AnswerFixed(batch, other);
        }

        int answers = batch.State == BatchState.Collected && came.News > 0 ? came.News : 0;
        BatchRecord taken = ledger.Record(batch, new Decision(
            counted with
            {
                State = BatchState.Downloaded,
                Adopted = batch.IsTentative ? Adoption.Confirmed : batch.Adopted,
                ResultsFile = counted.Downloads,
                ResultsDigest = came.Digest,
                Duplicated = came.Table.Duplicated,
                Foreign = came.Table.Foreign,
                Message = null,
            },
            EventKind.Downloaded,
            Lacking(came.Table),
            came.Headers.RequestId,
            () =>
            {
                if (batch.IsTentative)
                {
                    ledger.Events.Add(EventKind.AdoptionConfirmed, "The ids of its answers are the part's.", batch.JobId, batch.Id);
                }

                if (answers > 0)
                {
                    ledger.Events.Add(EventKind.AnswersArrived, Arrived(answers), batch.JobId, batch.Id);
                }
            }));
        return taken.State == BatchState.Downloaded && taken.ResultsFile == counted.Downloads ? taken : throw Changed(batch);
    }

    // What has called a tool is what the tool's result belongs to.
    private ClaudeBatchException AnswerFixed(BatchRecord batch, long row) => new(
        FailureKind.InvalidData,
        "AnswerFixed",
        $"The answer to '{ledger.Attempts.Get(batch, row).CustomId}' in the results of batch '{batch.Key}' is another one than before, and a call "
            + "of the first one was begun already. Nothing was replaced.")
    { Target = batch.Key };

    private static string Lacking(OutcomeTable table) => string.Create(
        CultureInfo.InvariantCulture, $"{table.Answered + table.Lacking} requests, {table.Lacking} without an answer.");

    private static string Arrived(int answers)
        => string.Create(CultureInfo.InvariantCulture, $"{answers} answers came that had been missing.");

    // What is here stays as it is. The same failure is written to the journal once.
    private ClaudeBatchException Keep(BatchRecord batch, BatchRecord counted, ReceivedResults came)
    {
        ClaudeBatchException failure = Failure(batch, came);
        bool isNew = batch.Message != failure.Message;
        ledger.Record(batch, new Decision(
            counted with { Message = failure.Message },
            isNew ? EventKind.DownloadFailed : null,
            isNew ? failure.Message : null,
            isNew ? came.Headers.RequestId : null));
        return failure;
    }

    private BatchRecord Asked(BatchRecord batch) => ledger.Record(batch, new Decision(ResultPatience.Asked(batch, Now)));

    private BatchRecord StopAsking(BatchRecord batch) => ledger.Record(batch, new Decision(batch with { AskAgainAt = null }));

    // The time that both clocks say has come, so that a clock of ours that is ahead gives up nothing.
    private DateTime Earliest(ReceivedResults came)
        => came.Headers.Date is { } theirs && theirs.UtcDateTime < Now ? theirs.UtcDateTime : Now;

    private BatchRecord MakeMissing(BatchRecord batch, BatchRecord counted)
    {
        ledger.Attempts.RecordMissing(batch);
        Milestone.Pass("missing-recorded");
        const string summary = "The requests without an answer are missing: complete results have left them out.";
        return Collected(batch, ResultPatience.AskLater(ResultPatience.CountEnough(counted), Now), summary);
    }

    // Where a complete download has lacked requests, these are missing. Where there was none, nobody knows what became of them.
    private BatchRecord Expire(BatchRecord batch)
    {
        if (batch.CompleteDownloads > 0)
        {
            return MakeMissing(batch, batch);
        }

        string message = NotKnown(batch);
        ledger.Record(batch, new Decision(
            batch with { State = BatchState.Lost, AskAgainAt = null, Message = message }, EventKind.Lost, message));
        throw Archived(batch);
    }

    private static string NotKnown(BatchRecord batch) => string.Create(
        CultureInfo.InvariantCulture,
        $"The service kept the results of batch '{batch.ServiceId}' until {batch.ArchivedAt ?? batch.ResultsExpireAt:yyyy-MM-dd} UTC, and has "
            + $"given no complete ones before. What became of the requests without an answer is not known; they are not sent again by "
            + $"themselves.");

    // A status 404 can be a passing error. Whether the batch is lost is decided by time and the lists, as when its state is asked for.
    private async Task<BatchRecord> DeniedAsync(
        BatchApi bound,
        BatchRecord batch,
        bool asks,
        ClaudeBatchException denial,
        CancellationToken cancellationToken)
    {
        if (asks)
        {
            return Asked(batch);
        }

        BatchRecord now = batch.State == BatchState.Ended
            ? await new BatchPoller(ledger, api, clock).DeniedAsync(bound, ledger.Jobs.Get(batch.JobId), batch, denial, cancellationToken)
                .ConfigureAwait(false)
            : batch;
        return now.State == BatchState.Lost ? throw NotEnded(now)
            : now is { State: BatchState.Ended, ArchivedAt: not null } ? Expire(now)
            : throw new ClaudeBatchException(
                FailureKind.NotFound,
                "ResultsNotFound",
                $"The service has no results for batch '{batch.Key}' now: {Sentence.Of(denial.ServiceMessage ?? denial.Message)} Run the "
                    + $"line again in some minutes; nothing is sent again for it.",
                denial)
            { Target = batch.Key, RequestId = denial.RequestId };
    }
}
