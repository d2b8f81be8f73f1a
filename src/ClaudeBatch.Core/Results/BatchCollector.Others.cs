using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Results;

/// <content>Whose answers came: the part's, somebody else's, or those of requests that the job has already.</content>
public sealed partial class BatchCollector
{
    // The reply to the create may have been another one's: only the ids of the answers tell a batch from one that was made at that moment.
    // One download of others' answers may also be another batch's out of a cache on the way, so that our own is refuted only by three. What
    // is complete has lines.
    private static bool HasOnlyOthers(ReceivedResults came) => came is { IsComplete: true, Table.Answered: 0 };

    // It may be somebody else's, so that nothing of it is shown before its ids are known. A download that is not complete says neither.
    private (BatchRecord Batch, bool IsTaken) JudgeTentative(BatchRecord batch, BatchRecord counted, ReceivedResults came)
    {
        if (came.Table.HasItsIds)
        {
            return Judge(batch, counted, came);
        }

        counted = ResultPatience.Count(counted, came.IsComplete, news: 0, Now);
        return HasOnlyOthers(came) || (came.IsComplete && ResultPatience.IsEnough(counted) && came.Table.Foreign > 0) ? throw Refute(batch)
            : came.IsComplete && ResultPatience.IsEnough(counted) ? (Take(batch, counted, came), true)
            : !came.IsComplete && Earliest(came) >= batch.ResultsExpireAt ? (Expire(batch), false)
            : throw Keep(batch, counted, came);
    }

    // A batch with the right number of requests and other custom ids is somebody else's, whether a list or the reply to the create has
    // named it. Its results are deleted without being shown. When settling finds no other one either, a person decides.
    private ClaudeBatchException Refute(BatchRecord batch)
    {
        Settlement before = batch.Settlement ?? new Settlement();
        Settlement settlement = new() { Excluded = [.. before.Excluded, batch.ServiceId!] };
        string taken = batch.IsTentative ? "was taken for" : "was named by the reply to the create of";
        string message = $"Batch '{batch.ServiceId}' {taken} part {batch.Part} of job '{batch.Job}' and has other answers: it is "
            + $"somebody else's. Settling goes on.";
        ledger.Record(batch, new Decision(batch.Refuted(settlement), EventKind.AdoptionRefuted, message));
        return new ClaudeBatchException(FailureKind.Conflict, "BatchNotOurs", message) { Target = batch.Key };
    }

    private void RefuseKnownIds(BatchRecord batch, OutcomeTable table)
    {
        if (KnownIds.Among(ledger, ledger.Jobs.Get(batch.JobId), table) is not { Count: > 0 } known)
        {
            return;
        }

        ClaudeBatchException conflict = known.Conflict(
            batch.ServiceId!,
            batch.Job,
            $"Nothing of it was written. Give its part up with Repair-ClaudeBatch -Id {batch.Key} -Abandon, and take it over as another job");
        ledger.Record(batch, new Decision(
            batch with { Settlement = new Settlement { Ambiguity = "the job has its custom ids" }, Message = conflict.Message },
            EventKind.Ambiguous,
            conflict.Message));
        throw conflict;
    }
}
