using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Core.Running;

/// <summary>
/// The ends of jobs that a scheduler is told of by the code of a process. They are booked when the process ends, so that one that is killed
/// before has told nothing, and the next one tells them. Of two processes at once, one tells them.
/// </summary>
public sealed class EndReport : IDisposable
{
    private const string LockName = "report";

    private readonly List<(JobRecord Job, long End)> _told = [];

    private readonly LedgerFolder _folder;

    private OwnershipLock? _owned;

    /// <param name="ledger">The ledger.</param>
    /// <param name="isBooked">Whether what is told is booked, so that the next process does not tell it.</param>
    public EndReport(JobLedger ledger, bool isBooked)
    {
        _folder = ledger.Folder;
        IsBooked = isBooked;
        _owned = isBooked ? OwnershipLock.TryTake(_folder, LockName) : null;
    }

    /// <summary>Whether what is told is booked, so that the next step does not tell it.</summary>
    public bool IsBooked { get; }

    /// <summary>Whether another process is telling the ends at this moment.</summary>
    public bool IsElsewhere => IsBooked && _owned is null;

    public void Add(JobRecord job, long end) => _told.Add((job, end));

    /// <summary>Has the ends booked when the process ends.</summary>
    public void BookAtExit()
    {
        if (_owned is null || _told.Count == 0)
        {
            return;
        }

        OwnershipLock owned = _owned;
        _owned = null; // it is held until the process ends
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            using (owned)
            {
                Book();
            }
        };
    }

    public void Dispose() => _owned?.Dispose();

    private void Book()
    {
        try
        {
            using JobLedger ledger = JobLedger.Open(_folder, TimeProvider.System);
            ledger.Write(() => _told.ForEach(t => ledger.Jobs.MarkReported(t.Job, t.End)));
        }
        catch (ClaudeBatchException)
        {
            // Nobody is left to be told. The ends are told once more by the next step.
        }
    }
}
