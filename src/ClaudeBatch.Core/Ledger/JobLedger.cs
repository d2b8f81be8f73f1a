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
    }

    public LedgerFolder Folder => _database.Folder;

    public JobBooks Jobs { get; }

    public BatchBooks Batches { get; }

    public AttemptBooks Attempts { get; }

    public EventBooks Events { get; }

    /// <summary>The time the ledger is kept in; the emulator's runs faster.</summary>
    public TimeProvider Clock { get; }

    internal LedgerDatabase Database => _database;

    public static JobLedger OpenOrCreate(LedgerFolder folder, TimeProvider clock) => new(LedgerDatabase.OpenOrCreate(folder), clock);

    public static JobLedger Open(LedgerFolder folder, TimeProvider clock) => new(LedgerDatabase.Open(folder), clock);

    public void Dispose() => _database.Dispose();
}
