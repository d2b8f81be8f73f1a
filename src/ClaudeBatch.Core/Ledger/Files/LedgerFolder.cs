using System.Globalization;

namespace ClaudeBatch.Core.Ledger.Files;

/// <summary>Where everything of a ledger lies on disk, and with which rights.</summary>
/// <remarks>
/// <code>
/// ledger.db            the books (SQLite)
/// reserve              a megabyte to give up on a full disk
/// locks/               one lock file a job's input and a batch, with the owner's pid beside it
/// jobs/7/              a job's folder, named by its number
///   source.jsonl       the rows the requests were made from
///   schemas.jsonl      the schemas their answers are to fit
///   part-0001.json     a part's spool: the exact request body
///   part-0001.results.jsonl
/// emulator/            a ledger of its own, for rehearsals
/// </code>
/// </remarks>
public class LedgerFolder
{
    private const UnixFileMode OwnerOnlyFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public LedgerFolder(string root) => Root = Path.GetFullPath(root);

    public string Root { get; }

    public string Database => Path.Combine(Root, "ledger.db");

    public string Locks => Path.Combine(Root, "locks");

    private string Reserve => Path.Combine(Root, "reserve");

    public bool Exists => File.Exists(Database);

    /// <summary>The folder the emulator keeps its own ledger in, so that rehearsal and reality never mix.</summary>
    public LedgerFolder Emulator => new(Path.Combine(Root, "emulator"));

    public string Job(long jobId) => Path.Combine(Root, "jobs", jobId.ToString(CultureInfo.InvariantCulture));

    public string Source(long jobId) => Path.Combine(Job(jobId), "source.jsonl");

    /// <summary>The schemas the job's requests ask for, a line each, by number from 1.</summary>
    public string Schemas(long jobId) => Path.Combine(Job(jobId), "schemas.jsonl");

    public string Spool(long jobId, int part) => Path.Combine(Job(jobId), string.Create(CultureInfo.InvariantCulture, $"part-{part:0000}.json"));

    public string Results(long jobId, int part)
        => Path.Combine(Job(jobId), string.Create(CultureInfo.InvariantCulture, $"part-{part:0000}.results.jsonl"));

    /// <summary>Some job has files here.</summary>
    internal bool HasJobs => Directory.Exists(Path.Combine(Root, "jobs")) && Directory.EnumerateFileSystemEntries(Path.Combine(Root, "jobs")).Any();

    /// <summary>Makes the folder for its owner alone; one that is there keeps its rights.</summary>
    /// <exception cref="ClaudeBatchException"><c>LedgerNotWritable</c>, <c>LedgerOnNetwork</c>.</exception>
    public void Create()
    {
        CreateFolder(Root);
        RefuseNetwork();
        CreateFolder(Locks);
    }

    /// <exception cref="ClaudeBatchException"><c>LedgerNotWritable</c>.</exception>
    public static void CreateFolder(string path)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(path);
            }
            else if (!Directory.Exists(path))
            {
                // The mode would go to the last folder of a path only.
                CreateFolder(Path.GetDirectoryName(path)!);
                Directory.CreateDirectory(path, OwnerOnlyFolder);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(path, e);
        }
    }

    /// <summary>The one place where files of the ledger are opened for writing.</summary>
    /// <exception cref="ClaudeBatchException"><c>LedgerNotWritable</c>.</exception>
    public LedgerFile OpenForWriting(string path, FileMode mode, int bufferSize = 1 << 20, FileShare share = FileShare.Read)
    {
        FileStreamOptions options = new()
        {
            Mode = mode,
            Access = FileAccess.Write,
            Share = share,
            BufferSize = bufferSize,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnlyFile;
        }

        try
        {
            return Open(path, options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(path, e);
        }
    }

    /// <summary>Keeps a megabyte that can be given up to write down a batch's id on a full disk.</summary>
    /// <exception cref="ClaudeBatchException"><c>LedgerNotWritable</c>: not even that is left, and a batch should not be sent from here.</exception>
    internal void KeepReserve()
    {
        const int size = 1 << 20;
        if (File.Exists(Reserve))
        {
            return;
        }

        // Of several that find none, one makes it.
        using OwnershipLock? turn = OwnershipLock.TryTake(this, "reserve");
        if (turn is null || File.Exists(Reserve))
        {
            return;
        }

        string unfinished = Reserve + ".partial";
        try
        {
            using LedgerFile file = OpenForWriting(unfinished, FileMode.Create);
            file.Write(new byte[size]);
            file.FlushToDisk();
        }
        catch (ClaudeBatchException)
        {
            File.Delete(unfinished);
            throw;
        }

        File.Move(unfinished, Reserve, overwrite: true);
    }

    /// <summary>Gives the reserve up; the next command that creates something makes a new one.</summary>
    /// <returns>False when it was gone already.</returns>
    internal bool GiveUpReserve()
    {
        bool isThere = File.Exists(Reserve);
        File.Delete(Reserve);
        return isThere;
    }

    /// <summary>Locks and flushes mean little on a network file system.</summary>
    /// <exception cref="ClaudeBatchException"><c>LedgerOnNetwork</c>.</exception>
    internal void RefuseNetwork()
    {
        DriveInfo drive = new(OperatingSystem.IsWindows() ? Path.GetPathRoot(Root)! : Root);
        if (IsNetwork(drive.DriveType, drive.IsReady ? drive.DriveFormat : string.Empty))
        {
            throw new ClaudeBatchException(
                FailureKind.Storage,
                "LedgerOnNetwork",
                $"'{Root}' is on a network file system ({drive.DriveFormat}), where locks cannot be relied on. Name a folder on a disk of this machine with Connect-ClaudeBatch -LedgerPath or in CLAUDEBATCH_HOME.")
            { Target = Root };
        }
    }

    internal static bool IsNetwork(DriveType type, string format)
        => (type == DriveType.Network && OperatingSystem.IsWindows())
            || format is "nfs" or "nfs4" or "cifs" or "smb" or "smb2" or "smb3" or "smbfs" or "afpfs" or "webdav" or "davfs" or "fuse.sshfs" or "ncpfs" or "afs";

    private protected virtual LedgerFile Open(string path, FileStreamOptions options) => new(new FileStream(path, options));

    internal static ClaudeBatchException Full(string path, Exception cause) => new(
        FailureKind.Storage,
        "LedgerFull",
        $"The disk is full: '{path}' could not be written. Nothing that was done is lost; make room and run the same line again.",
        cause)
    { Target = path };

    internal static ClaudeBatchException NotWritable(string path, Exception cause) => LedgerFailure.IsFull(cause) ? Full(path, cause) : new(
        FailureKind.Storage,
        "LedgerNotWritable",
        $"'{path}' cannot be written: {cause.Message} Give a folder of yours with Connect-ClaudeBatch -LedgerPath or in CLAUDEBATCH_HOME.",
        cause)
    { Target = path };
}
