using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <summary>An open ledger: its tables, and the folder that contains the database and the files of the jobs.</summary>
public sealed class JobLedger : IDisposable
{
    private const int MostTries = 3;

    private readonly LedgerDatabase _database;

    private JobLedger(LedgerDatabase database, TimeProvider clock)
    {
        _database = database;
        Clock = clock;
        Jobs = new JobBooks(database, clock);
        Batches = new BatchBooks(database);
        Attempts = new AttemptBooks(database);
        Tools = new ToolBooks(database);
        Events = new EventBooks(database, clock);
        Uploads = new UploadBooks(database, clock);
        Settings = new LedgerSettings(database);
    }

    public LedgerFolder Folder => _database.Folder;

    public JobBooks Jobs { get; }

    public BatchBooks Batches { get; }

    public AttemptBooks Attempts { get; }

    public ToolBooks Tools { get; }

    public EventBooks Events { get; }

    public UploadBooks Uploads { get; }

    /// <summary>The clock of all times in the ledger. With the emulator, it runs faster than the system's.</summary>
    public TimeProvider Clock { get; }

    public LedgerSettings Settings { get; }

    /// <summary>The database, for classes of this namespace and for tests.</summary>
    internal LedgerDatabase Database => _database;

    public static JobLedger OpenOrCreate(LedgerFolder folder, TimeProvider clock) => new(LedgerDatabase.OpenOrCreate(folder), clock);

    public static JobLedger Open(LedgerFolder folder, TimeProvider clock) => new(LedgerDatabase.Open(folder), clock);

    /// <summary>Has the database looked through before something is concluded from it that damage would look like, too.</summary>
    /// <exception cref="ClaudeBatchException"><c>LedgerUnreadable</c>: the database is damaged.</exception>
    internal void ThrowIfDamaged()
    {
        if (_database.FindDamage() is { } damage)
        {
            throw LedgerFailure.Damaged(Folder, damage, cause: null);
        }
    }

    /// <summary>Makes several changes of the ledger in one transaction. An exception undoes all of them.</summary>
    internal void Write(Action changes) => _database.Write(changes);

    /// <summary>
    /// Begins a draft for an input or a retry of a job. It counts only when it is sealed. What an unsealed draft has left is deleted.
    /// </summary>
    /// <param name="jobId">The ledger's number of the job.</param>
    /// <param name="isReadMeanwhile">Whether this ledger is read while rows are added to the draft.</param>
    internal DraftBooks BeginDraft(long jobId, bool isReadMeanwhile)
    {
        DiscardDraft(jobId);
        return new DraftBooks(_database, jobId, isReadMeanwhile);
    }

    /// <summary>Deletes what an input that was never sealed has left. Sealed rows stay.</summary>
    internal void DiscardDraft(long jobId) => DraftBooks.Discard(_database, jobId);

    /// <summary>
    /// Decides about a batch, and records the decision and its event in one transaction. When another process has decided something about the
    /// batch since it was read, it is read and decided again.
    /// </summary>
    /// <param name="batch">The batch as it was read.</param>
    /// <param name="decide">Gives the decision from the batch as it is now; null when nothing is left to decide.</param>
    /// <returns>The batch as it is recorded now.</returns>
    /// <exception cref="ClaudeBatchException"><c>BatchBusy</c>: other processes were quicker three times; <c>BatchGone</c>.</exception>
    internal BatchRecord Decide(BatchRecord batch, Func<BatchRecord, Decision?> decide)
    {
        for (int tries = 1; ; tries++)
        {
            if (decide(batch) is not { } decision)
            {
                return batch;
            }

            try
            {
                _database.Write(() =>
                {
                    Batches.Change(batch, decision.Batch);
                    decision.Also?.Invoke();
                    if (decision.Kind is { } kind)
                    {
                        Events.Add(kind, decision.Message!, batch.JobId, batch.Id, decision.RequestId);
                    }
                });
                return Batches.Get(batch);
            }
            catch (ClaudeBatchException failure) when (failure.Cause == FailureCause.BatchChanged)
            {
                batch = tries < MostTries ? Batches.Get(batch) : throw new ClaudeBatchException(
                    FailureKind.Busy,
                    "BatchBusy",
                    $"Batch '{batch.Key}' was changed by another process {MostTries} times at the same moment; nothing was written. Run "
                        + "the line again.")
                { Target = batch.Key };
            }
        }
    }

    /// <summary>Records a decision about a batch that nobody else decides about: its lock is held.</summary>
    /// <returns>The batch as it is recorded now; where another process has changed it all the same, nothing was written.</returns>
    /// <exception cref="ClaudeBatchException"><c>BatchGone</c>.</exception>
    internal BatchRecord Record(BatchRecord batch, Decision decision)
        => Decide(batch, b => b.Version == batch.Version ? decision : null);

    /// <summary>Brings a batch to a state, and writes down why.</summary>
    /// <returns>The batch as it is recorded now; where another process has changed it meanwhile, nothing was written.</returns>
    internal BatchRecord SetState(BatchRecord batch, BatchState state, string why)
        => Record(batch, new Decision(batch with { State = state, Message = null }, state.Event(), why));

    /// <summary>
    /// Ends a pause of the job because a part of it has reached the service, unless a person is still needed for other parts or for answers
    /// that have failed.
    /// </summary>
    internal void EndPause(long jobId)
    {
        if (Jobs.Get(jobId) is { PauseReason: not null } job && !Attempts.AnyWaitsForOperator(job)
            && !Batches.OfJob(jobId).Any(static b => b.WaitsForPerson))
        {
            Jobs.Unpause(job);
        }
    }

    /// <summary>Changes a job and adds the event for it, both in one transaction.</summary>
    public void Record(JobRecord job, EventKind kind, string message, Action change) => _database.Write(() =>
    {
        change();
        Events.Add(kind, message, job.Id);
    });

    /// <summary>Marks a job as stopped: nothing more of it is sent.</summary>
    public void Stop(JobRecord job) => Record(job, EventKind.Stopped, "Stopped by request.", () => Jobs.MarkStopped(job));

    /// <summary>Lets a stopped job go on.</summary>
    public void Restart(JobRecord job) => Record(job, EventKind.Restarted, "Taken up again by request.", () => Jobs.Restart(job));

    /// <summary>Lets SQLite check the database for damage.</summary>
    /// <returns>The first ten faults, in SQLite's words; empty where there are none.</returns>
    public IReadOnlyList<string> CheckIntegrity()
        => [.. _database.Read("PRAGMA quick_check(10)", static row => row.Text("quick_check")).Where(static fault => fault != "ok")];

    public void Dispose() => _database.Dispose();
}
