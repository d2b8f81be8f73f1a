using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Simulation;

/// <summary>
/// Looks into the ledger each time a process has gone on: what is recorded of a batch is not taken back, and neither what is on its way is
/// forgotten nor does what was stopped run on.
/// </summary>
internal sealed class Watch(World world, JobLedger ledger)
{
    private readonly Dictionary<Guid, BatchRecord> _last = [];

    // The batches that were accepted though their job was stopped, with who has sent them and is to cancel them.
    private readonly Dictionary<Guid, (SimulatedProcess By, int Deaths)> _toCancel = [];

    // How often a process had died before it went on.
    private readonly Dictionary<SimulatedProcess, int> _deaths = [];

    /// <param name="by">The process that has gone on.</param>
    public void Look(SimulatedProcess by)
    {
        Dictionary<Guid, BatchRecord> all = ledger.Batches.All().ToDictionary(static b => b.Identity);
        foreach (BatchRecord now in all.Values)
        {
            BatchRecord? before = _last.GetValueOrDefault(now.Identity);
            if (before is not null && IsTakenBack(before, now))
            {
                throw new Broken("TakenBack", $"Part {now.Key} was {before.State} as '{before.ServiceId}' and is {now.State} as '{now.ServiceId}' ({before.EndedAt:O}, {now.EndedAt:O}).");
            }

            if (before is { ServiceId: null } && now is { ServiceId: not null, Adopted: Adoption.No } && IsStopped(now))
            {
                _toCancel[now.Identity] = (by, _deaths.GetValueOrDefault(by));
            }

            _last[now.Identity] = now;
        }

        foreach (BatchRecord gone in _last.Values.Where(b => !all.ContainsKey(b.Identity)).ToArray())
        {
            if (IsWithService(gone) && !world.Forced.Contains(gone.JobId))
            {
                throw new Broken("Forgotten", $"Part {gone.Key} was {gone.State} as '{gone.ServiceId}' when its job was removed, though nobody has said -Force.");
            }

            _last.Remove(gone.Identity);
        }

        _deaths[by] = by.Deaths;
        world.Forced.Clear();
        foreach ((Guid batch, (SimulatedProcess sender, int deaths)) in _toCancel.ToArray())
        {
            if (sender.Deaths > deaths || !all.TryGetValue(batch, out BatchRecord? now) || !now.State.IsRunning()
                || world.Canceled.Contains(now.ServiceId!) || !IsStopped(now))
            {
                _toCancel.Remove(batch);
            }
        }
    }

    /// <summary>Looks once more when all processes are over.</summary>
    public void LookLast()
    {
        foreach (Guid batch in _toCancel.Keys)
        {
            throw new Broken("RunsOn", $"Part {_last[batch].Key} was accepted as '{_last[batch].ServiceId}' after its job was stopped, and nobody has canceled it.");
        }
    }

    private bool IsStopped(BatchRecord batch) => ledger.Jobs.Get(batch.JobId).StoppedAt is not null;

    private static bool IsWithService(BatchRecord batch) => batch.ServiceId is null
        ? batch.State is BatchState.Uploading or BatchState.Unconfirmed
        : !batch.State.IsFinal();

    // A batch that was taken for a part on trial, or that the reply to another create has named, is given back when its answers are seen.
    private bool IsTakenBack(BatchRecord before, BatchRecord now)
        => now.ServiceId != before.ServiceId
            ? before.ServiceId is not null && before.Adopted != Adoption.Tentative && (now.ServiceId is not null || IsOfPart(before))
            : before.ServiceId is not null
                && (Progress(now.State) < Progress(before.State) || (before.EndedAt is not null && now.EndedAt is null));

    private bool IsOfPart(BatchRecord batch) => world.Account.Made.Any(m => m.Id == batch.ServiceId
        && m.CustomIds.Order().SequenceEqual(ledger.Attempts.All(batch).Select(static a => a.CustomId).Order()));

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
