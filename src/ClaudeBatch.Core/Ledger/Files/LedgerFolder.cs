using System.Globalization;

namespace ClaudeBatch.Core.Ledger.Files;

/// <summary>The paths of a ledger's files and folders, and the rights with which they are created.</summary>
/// <remarks>
/// <code>
/// ledger.db            the database (SQLite)
/// reserve              a file of 1 MiB, which is deleted to make room when the disk is full
/// locks/               a lock file for each job's input and each batch, and one with its owner's process id
/// jobs/7/              a job's folder, named by its number
///   source.jsonl       the rows the requests were made from
///   schemas.jsonl      the JSON schemas that the answers must fit
///   part-0001.json     the spool of part 1: the exact body of its create call
///   part-0001.results-1.jsonl   the results of part 1, out of its first download
///   part-0001.tools.jsonl   what the calls of tools in these results gave
///   rewritten-….tmp    requests that are changed for a retry, while it is planned
/// ….partial            what is not whole yet; it is made anew
/// ledger-v9.backup.db  the database before it was migrated from version 9
/// emulator/            the ledger of the emulator, for rehearsals; its service/ is what the emulated service has
/// </code>
/// </remarks>
public class LedgerFolder
{
    private const UnixFileMode OwnerOnlyFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const string EmulatorName = "emulator";

    public LedgerFolder(string root) => Root = Path.GetFullPath(root);

    public string Root { get; }

    public string Database => Path.Combine(Root, "ledger.db");

    public string Locks => Path.Combine(Root, "locks");

    private string Reserve => Path.Combine(Root, "reserve");

    public bool Exists => File.Exists(Database);

    /// <summary>The folder of the emulator's own ledger, so that rehearsals and real jobs never mix.</summary>
    public LedgerFolder Emulator => new(Path.Combine(Root, EmulatorName));

    /// <summary>The folder of what the emulator keeps in its ledger in place of a service.</summary>
    public string EmulatorState => Path.Combine(Root, "service");

    /// <summary>Whether the folder is itself the one that an emulator has or would have, and not one that has it inside.</summary>
    public bool IsForEmulator => Path.GetFileName(Path.TrimEndingDirectorySeparator(Root)) == EmulatorName
        && (Directory.Exists(EmulatorState) || !Exists);

    public string Job(long jobId) => Path.Combine(Root, "jobs", jobId.ToString(CultureInfo.InvariantCulture));

    public string Source(long jobId) => Path.Combine(Job(jobId), "source.jsonl");

    /// <summary>
    /// The path of the file with the JSON schemas that the job's requests ask for, one on each line. The first line has schema 1.
    /// </summary>
    public string Schemas(long jobId) => Path.Combine(Job(jobId), "schemas.jsonl");

    public string Spool(long jobId, int part)
        => Path.Combine(Job(jobId), string.Create(CultureInfo.InvariantCulture, $"part-{part:0000}.json"));

    /// <summary>
    /// The path of a part's results. Each download has a file of its own, so that whoever reads an earlier one still finds its lines at
    /// their offsets.
    /// </summary>
    /// <param name="jobId">The ledger's number of the job.</param>
    /// <param name="part">The number of the part.</param>
    /// <param name="download">The number of the download, from 1; 0 for the file of an earlier version, which had no number.</param>
    public string Results(long jobId, int part, int download) => Path.Combine(
        Job(jobId),
        download == 0
            ? string.Create(CultureInfo.InvariantCulture, $"part-{part:0000}.results.jsonl")
            : string.Create(CultureInfo.InvariantCulture, $"part-{part:0000}.results-{download}.jsonl"));

    /// <summary>Whether a path is that of results.</summary>
    internal static bool IsOfResults(string path) => Path.GetFileName(path).Contains(".results", StringComparison.Ordinal);

    /// <summary>Finds all files with results of a part: of each download, also of those that broke off.</summary>
    public IReadOnlyList<string> AllResults(long jobId, int part) => Directory.Exists(Job(jobId))
        ? Directory.GetFiles(Job(jobId), string.Create(CultureInfo.InvariantCulture, $"part-{part:0000}.results*"))
        : [];

    /// <summary>The path of the file with what the calls in a part's answers gave, as the blocks that the next round has.</summary>
    public string ToolResults(long jobId, int part)
        => Path.Combine(Job(jobId), string.Create(CultureInfo.InvariantCulture, $"part-{part:0000}.tools.jsonl"));

    /// <summary>Whether any job has files in the folder.</summary>
    internal bool HasJobs
        => Directory.Exists(Path.Combine(Root, "jobs")) && Directory.EnumerateFileSystemEntries(Path.Combine(Root, "jobs")).Any();

    /// <summary>The highest number of a job that has a folder; 0 where none has.</summary>
    internal long HighestJob => !HasJobs ? 0 : Directory.EnumerateDirectories(Path.Combine(Root, "jobs"))
        .Select(static path => long.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out long id) ? id : 0)
        .DefaultIfEmpty()
        .Max();

    /// <summary>Creates the folder with rights for its owner alone. A folder that exists keeps its rights.</summary>
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
                // .NET gives the mode only to the last folder of a path, so each folder is created by itself.
                CreateFolder(Path.GetDirectoryName(path)!);
                Directory.CreateDirectory(path, OwnerOnlyFolder);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(path, e);
        }
    }

    /// <summary>
    /// Opens a file for writing; a new one gets rights for its owner alone. Every file of the ledger is created here.
    /// </summary>
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

    /// <summary>
    /// Creates the reserve where there is none: a file of 1 MiB, which is deleted on a full disk to make room for writing down a batch's
    /// id.
    /// </summary>
    /// <exception cref="ClaudeBatchException"><c>LedgerFull</c>, <c>LedgerNotWritable</c>: not even 1 MiB is left, and no batch should be
    /// sent.</exception>
    internal void KeepReserve()
    {
        const int size = 1 << 20;
        if (File.Exists(Reserve))
        {
            return;
        }

        // When several processes find no reserve, only the one that gets the lock creates it.
        using OwnershipLock? turn = OwnershipLock.TryTake(this, "reserve");
        if (turn is null || File.Exists(Reserve))
        {
            return;
        }

        string unfinished = Reserve + ".partial";
        try
        {
            using LedgerFile file = OpenForWriting(unfinished, FileMode.Create, bufferSize: 1);
            byte[] piece = new byte[1 << 16];
            for (int written = 0; written < size; written += piece.Length)
            {
                file.Write(piece);
            }

            file.FlushToDisk();
        }
        catch (ClaudeBatchException)
        {
            File.Delete(unfinished);
            throw;
        }

        File.Move(unfinished, Reserve, overwrite: true);
    }

    /// <summary>Deletes the reserve to make room. The next command that creates something creates a new one.</summary>
    /// <returns>False when there was no reserve.</returns>
    internal bool GiveUpReserve()
    {
        bool isThere = File.Exists(Reserve);
        File.Delete(Reserve);
        return isThere;
    }

    /// <summary>Throws when the folder is on a network file system, where locks and flushes cannot be relied on.</summary>
    /// <exception cref="ClaudeBatchException"><c>LedgerOnNetwork</c>.</exception>
    internal void RefuseNetwork()
    {
        DriveInfo drive = new(OperatingSystem.IsWindows() ? Path.GetPathRoot(Root)! : Root);
        if (IsNetwork(drive.DriveType, drive.IsReady ? drive.DriveFormat : string.Empty))
        {
            throw new ClaudeBatchException(
                FailureKind.Storage,
                "LedgerOnNetwork",
                $"'{Root}' is on a network file system ({drive.DriveFormat}), where locks cannot be relied on. "
                    + "Name a folder on a disk of this machine with Connect-ClaudeBatch -LedgerPath or in CLAUDEBATCH_HOME.")
            { Target = Root };
        }
    }

    internal static bool IsNetwork(DriveType type, string format)
        => (type == DriveType.Network && OperatingSystem.IsWindows())
            || format is "nfs" or "nfs4" or "cifs" or "smb" or "smb2" or "smb3" or "smbfs"
                or "afpfs" or "webdav" or "davfs" or "fuse.sshfs" or "ncpfs" or "afs";

    private protected virtual LedgerFile Open(string path, FileStreamOptions options) => new(new FileStream(path, options));

    internal static ClaudeBatchException Full(string path, Exception cause) => new(
        FailureKind.Storage,
        "LedgerFull",
        $"The disk is full: '{path}' could not be written. Nothing that was done is lost; make room and run the same line again.",
        cause)
    { Target = path };

    /// <summary>Makes the error for a file that cannot be written: <c>LedgerFull</c> or <c>LedgerNotWritable</c>.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="cause">What the system has said.</param>
    public static ClaudeBatchException NotWritable(string path, Exception cause) => LedgerFailure.IsFull(cause) ? Full(path, cause) : new(
        FailureKind.Storage,
        "LedgerNotWritable",
        $"'{path}' cannot be written: {cause.Message} Give a folder of yours with Connect-ClaudeBatch -LedgerPath or in CLAUDEBATCH_HOME.",
        cause)
    { Target = path };
}
