namespace ClaudeBatch.Core.Ledger.Files;

/// <summary>
/// Holds a shared lock while this process has the ledger open, so that a migration can wait until no other process has it open.
/// </summary>
internal sealed class LedgerPresence : IDisposable
{
    /// <summary>
    /// How long to wait for other processes. It is real time, because the operating system's locks do not follow the emulator's clock.
    /// </summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly LedgerFolder _folder;

    private FileStream _file;

    private LedgerPresence(LedgerFolder folder, FileStream file)
    {
        _folder = folder;
        _file = file;
    }

    private static string PathIn(LedgerFolder folder) => Path.Combine(folder.Locks, "ledger.lock");

    /// <summary>Takes the shared lock.</summary>
    /// <exception cref="ClaudeBatchException"><c>LedgerBusy</c>: another process is migrating the ledger.
    /// <c>LedgerNotWritable</c>.</exception>
    public static LedgerPresence Enter(LedgerFolder folder)
    {
        LedgerFolder.CreateFolder(folder.Locks);
        if (!File.Exists(PathIn(folder)))
        {
            folder.OpenForWriting(PathIn(folder), FileMode.OpenOrCreate, bufferSize: 1, FileShare.ReadWrite).Dispose();
        }

        return new LedgerPresence(folder, Wait(folder, FileAccess.Read, FileShare.Read));
    }

    /// <summary>Runs the work while no other process has the ledger open.</summary>
    /// <exception cref="ClaudeBatchException"><c>LedgerBusy</c>: another process keeps the ledger open.</exception>
    public void Alone(Action work)
    {
        _file.Dispose();
        _file = Wait(_folder, FileAccess.ReadWrite, FileShare.None);
        try
        {
            work();
        }
        finally
        {
            _file.Dispose();
            _file = Wait(_folder, FileAccess.Read, FileShare.Read);
        }
    }

    public void Dispose() => _file.Dispose();

    private static FileStream Wait(LedgerFolder folder, FileAccess access, FileShare share)
    {
        long begin = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(PathIn(folder), FileMode.Open, access, share, bufferSize: 1);
            }
            catch (UnauthorizedAccessException e)
            {
                throw LedgerFolder.NotWritable(PathIn(folder), e);
            }
            catch (IOException e)
            {
                if (TimeProvider.System.GetElapsedTime(begin) > s_patience)
                {
                    throw new ClaudeBatchException(
                        FailureKind.Busy,
                        "LedgerBusy",
                        share == FileShare.None
                            ? $"The ledger at '{folder.Root}' must be brought to this version's form, and another process has it open. "
                                + "End that one (an older module, perhaps), then run the line again."
                            : $"The ledger at '{folder.Root}' is being brought to a newer form by another process. "
                                + "Run the line again in a moment.",
                        e)
                    { Target = folder.Root };
                }

                Thread.Sleep(20);
            }
        }
    }
}
