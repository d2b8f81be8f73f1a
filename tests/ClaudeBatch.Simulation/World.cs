using System.Globalization;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Simulation;

/// <summary>What all simulated processes of a history share: the time, the service, the ledger's folder, and the choices.</summary>
internal sealed class World : IDisposable
{
    private static readonly DateTimeOffset s_begin = new(2026, 11, 21, 3, 0, 0, TimeSpan.Zero);

    // A file system in memory, where there is one: a history makes hundreds of small files.
    private static readonly string s_parent = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();

    private static readonly Lazy<byte[]> s_emptyLedger = new(EmptyLedger);

    private readonly SemaphoreSlim _baton = new(0);

    private readonly List<string> _trace = [];

    private int _ids;

    public World(Choices choices, EmulatorPlan plan)
    {
        Choices = choices;
        Directory.CreateDirectory(Root);
        Service = new HttpMessageInvoker(new EmulatorHandler(Path.Combine(Root, "service"), plan, new SimulatedClock(this, null), NewId));
        Account = new Account(this);
        Folder = new LedgerFolder(Path.Combine(Root, "ledger"));
        Folder.Create();
        File.WriteAllBytes(Folder.Database, s_emptyLedger.Value);
        File.WriteAllBytes(Path.Combine(Folder.Root, "reserve"), []);
    }

    public string Root { get; } = NewFolder();

    public Choices Choices { get; }

    public LedgerFolder Folder { get; }

    public HttpMessageInvoker Service { get; }

    public Account Account { get; }

    public DateTimeOffset Now { get; private set; } = s_begin;

    /// <summary>Whether nothing goes wrong any more, and one process is left.</summary>
    public bool IsQuiet { get; set; }

    public IReadOnlyList<string> Trace => _trace;

    /// <summary>The numbers of the jobs that somebody has just taken out of the books whatever becomes of them.</summary>
    public HashSet<long> Forced { get; } = [];

    /// <summary>The service's ids of the batches that somebody has tried to cancel.</summary>
    public HashSet<string> Canceled { get; } = [];

    /// <summary>All that was told to somebody: messages of errors.</summary>
    public List<string> Told { get; } = [];

    public void Note(string who, string what) => _trace.Add(string.Create(
        CultureInfo.InvariantCulture, $"{Now - s_begin:d\\.hh\\:mm\\:ss} {who,-8} {what}"));

    public void Pass(TimeSpan time) => Now += time;

    public void PassTo(DateTimeOffset time) => Now = time > Now ? time : Now;

    /// <summary>Lets a process go on until it yields or is over.</summary>
    public void Run(SimulatedProcess process)
    {
        process.Go();
        // A limit for the machine, so that a deadlock ends the test: a step takes milliseconds.
        if (!_baton.Wait(TimeSpan.FromMinutes(5)))
        {
            throw new Broken("Deadlock", $"{process.Name} neither goes on nor ends.");
        }
    }

    public void HandBack() => _baton.Release();

    public void Dispose()
    {
        Service.Dispose();
        _baton.Dispose();
        Directory.Delete(Root, recursive: true);
    }

    private static string NewFolder() => Path.Combine(s_parent, $"claudebatch-simulation-{Guid.NewGuid():N}");

    private static byte[] EmptyLedger()
    {
        LedgerFolder folder = new(NewFolder());
        try
        {
            JobLedger.OpenOrCreate(folder, TimeProvider.System).Dispose();
            return File.ReadAllBytes(folder.Database);
        }
        finally
        {
            Directory.Delete(folder.Root, recursive: true);
        }
    }

    private string NewId(string prefix) => string.Create(CultureInfo.InvariantCulture, $"{prefix}01Simulated{++_ids:0000000000000}");
}
