using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Simulation;

/// <summary>Looks into the ledger each time a process has gone on: what is recorded of a batch is not taken back.</summary>
internal sealed class Watch(JobLedger ledger)
{
    private readonly Dictionary<Guid, BatchRecord> _last = [];

    public void Look()
    {
        foreach (BatchRecord now in ledger.Batches.All())
        {
            if (_last.TryGetValue(now.Identity, out BatchRecord? before) && IsTakenBack(before, now))
            {
                throw new Broken("TakenBack", $"Part {now.Key} was {before.State} as '{before.ServiceId}' and is {now.State} as '{now.ServiceId}' ({before.EndedAt:O}, {now.EndedAt:O}).");
            }

            _last[now.Identity] = now;
        }
    }

    // A batch that was taken for a part on trial is given back when its answers are seen.
    private static bool IsTakenBack(BatchRecord before, BatchRecord now)
        => now.ServiceId != before.ServiceId
            ? before.ServiceId is not null && before.Adopted != Adoption.Tentative
            : before.ServiceId is not null
                && (Progress(now.State) < Progress(before.State) || (before.EndedAt is not null && now.EndedAt is null));

    private static int Progress(BatchState state) => state switch
    {
        BatchState.InProgress => 1,
        BatchState.Canceling => 2,
        // A download that lacks answers leaves the batch as it was, with what came.
        BatchState.Ended or BatchState.Downloaded => 3,
        BatchState.Collected => 4,
        _ => 5,
    };
}
