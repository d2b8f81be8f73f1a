using System.Globalization;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Sending;

/// <content>What becomes of a part that the service turned out not to have.</content>
public sealed partial class Settler
{
    // The service does not have the batch. What follows from that depends on why it was looked for.
    private BatchRecord Absent(JobRecord job, BatchRecord batch, Settlement settlement)
    {
        string found = Found(settlement);
        BatchRecord spooled = batch with
        {
            State = BatchState.Spooled,
            Settlement = new Settlement { Excluded = settlement.Excluded },
            Message = null,
        };
        if (ledger.Batches.Replacing(batch).Count > 0)
        {
            return Settled(spooled with { State = BatchState.Abandoned }, "Its requests are in a later part.");
        }

        // While it was refused, its requests could be removed as those of any part that is over; it was doubted only afterwards.
        if (!File.Exists(ledger.Folder.Spool(batch.JobId, batch.Part)))
        {
            return Settled(
                spooled with { State = BatchState.Abandoned, Message = "Its requests are not on the disk any more; run the line again." },
                "Its requests were removed, so that it is given up.");
        }

        switch (batch.Refusal)
        {
            case { IsService: true }:
                return Settled(spooled, "The service has refused it, as it said.");
            case { Status: 413 } refusal:
                return Settled(
                    spooled with { State = BatchState.Rejected, Message = $"Refused with status 413 ({refusal.Words})." },
                    "Something between here and the service finds it too large.");
            case { } refusal:
                return Wait(PauseCause.ForeignReply, CreateRecorder.ForeignReply(batch, refusal.Status, refusal.Words, $"and {found}"));
            case null when batch.Resends < MostResends:
                return Settled(spooled with { Resends = batch.Resends + 1 }, "It is sent again.");
            default:
                return Wait(
                    PauseCause.RepliesLost,
                    $"Part {batch.Part} of job '{batch.Job}' was sent {batch.Resends + 1} times, and each time the reply was lost and the "
                        + $"service did not have it. It is not sent again by itself. When the network is mended, run: Resume-ClaudeBatch "
                        + $"-Job {batch.Job}");
        }

        BatchRecord Settled(BatchRecord to, string so)
            => ledger.Record(batch, new Decision(to, EventKind.SettledAbsent, $"{found}: the service never had it. {so}"));

        // It stays unconfirmed, so that later lists are still looked through for it.
        BatchRecord Wait(PauseCause cause, string message) => ledger.Record(batch, new Decision(
            batch with { Settlement = settlement with { IsAbsent = true }, Message = message },
            EventKind.SettledAbsent,
            message,
            Also: () => ledger.Jobs.Pause(job, cause, message)));
    }

    private static string Found(Settlement settlement) => string.Create(
        CultureInfo.InvariantCulture,
        $"{settlement.EmptyLists} lists over {settlement.EmptySeconds:0} seconds showed no batch that could be it");
}
