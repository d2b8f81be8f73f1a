using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <summary>An open ledger: the books and the folder beside them.</summary>
public sealed class JobLedger : IDisposable
{
    private readonly LedgerDatabase _database;

    private JobLedger(LedgerDatabase database, TimeProvider clock)
    {
        _database = database;
        Clock = clock;
        Jobs = new JobBooks(database, clock);
        Batches = new BatchBooks(database);
        Attempts = new AttemptBooks(database);
        Events = new EventBooks(database, clock);
        Settings = new LedgerSettings(database);
    }

    public LedgerFolder Folder => _database.Folder;

    public JobBooks Jobs { get; }

    public BatchBooks Batches { get; }

    public AttemptBooks Attempts { get; }

    public EventBooks Events { get; }

    /// <summary>The time the ledger is kept in; the emulator's runs faster.</summary>
    public TimeProvider Clock { get; }

    /// <summary>What was chosen for this ledger.</summary>
    public LedgerSettings Settings { get; }

    /// <summary>The tables themselves: for the books, and for tests that look behind them.</summary>
    internal LedgerDatabase Database => _database;

    public static JobLedger OpenOrCreate(LedgerFolder folder, TimeProvider clock) => new(LedgerDatabase.OpenOrCreate(folder), clock);

    public static JobLedger Open(LedgerFolder folder, TimeProvider clock) => new(LedgerDatabase.Open(folder), clock);

    /// <summary>Several changes of the books, all or none; an exception undoes them.</summary>
    internal void Write(Action changes) => _database.Write(changes);

    /// <summary>
    /// What a new input of the job, or a retry, adds to it; not binding before it is sealed. What an earlier one has left goes.
    /// </summary>
    internal DraftBooks BeginDraft(long jobId)
    {
        DiscardDraft(jobId);
        return new DraftBooks(_database, jobId);
    }

    /// <summary>Takes away what an input that was cut short has left; sealed rows stay.</summary>
    internal void DiscardDraft(long jobId) => DraftBooks.Discard(_database, jobId);

    /// <summary>A change of the books and the event that tells of it, both or neither.</summary>
    /// <param name="batch">The batch that changed.</param>
    /// <param name="kind">What happened.</param>
    /// <param name="message">One sentence.</param>
    /// <param name="requestId">The service's <c>request-id</c>.</param>
    /// <param name="change">The change.</param>
    /// <returns>The batch as it stands now.</returns>
    public BatchRecord Record(BatchRecord batch, EventKind kind, string message, string? requestId, Action change)
    {
        _database.Write(() =>
        {
            change();
            Events.Add(kind, message, batch.JobId, batch.Id, requestId);
        });
        return Batches.Get(batch.Id);
    }

    /// <summary>A batch comes to a state, and the journal says why.</summary>
    /// <returns>The batch as it stands now.</returns>
    internal BatchRecord SetState(BatchRecord batch, BatchState state, string why)
        => Record(batch, state.Event(), why, null, () => Batches.SetState(batch.Id, state));

    /// <summary>A change of a job and the event that tells of it, both or neither.</summary>
    public void Record(JobRecord job, EventKind kind, string message, Action change) => _database.Write(() =>
    {
        change();
        Events.Add(kind, message, job.Id);
    });

    /// <summary>Marks a job as stopped: nothing more of it is sent.</summary>
    public void Stop(JobRecord job) => Record(job, EventKind.Stopped, "Stopped by request.", () => Jobs.MarkStopped(job.Id));

    /// <summary>Lets a stopped job go on.</summary>
    public void Restart(JobRecord job) => Record(job, EventKind.Restarted, "Taken up again by request.", () => Jobs.Restart(job.Id));

    /// <summary>Has the database looked through.</summary>
    /// <returns>What is wrong with it; empty when it is whole.</returns>
    public IReadOnlyList<string> CheckIntegrity()
        => [.. _database.Read("PRAGMA quick_check(10)", static row => row.Text("quick_check")).Where(static fault => fault != "ok")];

    public void Dispose() => _database.Dispose();
}
