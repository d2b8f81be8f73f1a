using System.Globalization;

namespace ClaudeBatch.Core.Ledger;

/// <summary>Where everything of a ledger lies on disk, and with which rights.</summary>
/// <remarks>
/// <code>
/// ledger.db            the books (SQLite)
/// locks/               one lock file a job's input and a batch, with the owner's pid beside it
/// jobs/7/              a job's folder, named by its number
///   source.jsonl       the rows the requests were made from
///   part-0001.json     a part's spool: the exact request body
///   part-0001.results.jsonl
/// emulator/            a ledger of its own, for rehearsals
/// </code>
/// </remarks>
public sealed class LedgerFolder
{
    private const UnixFileMode OwnerOnlyFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public LedgerFolder(string root) => Root = Path.GetFullPath(root);

    public string Root { get; }

    public string Database => Path.Combine(Root, "ledger.db");

    public string Locks => Path.Combine(Root, "locks");

    public bool Exists => File.Exists(Database);

    /// <summary>The folder the emulator keeps its own ledger in, so that rehearsal and reality never mix.</summary>
    public LedgerFolder Emulator => new(Path.Combine(Root, "emulator"));

    public string Job(long jobId) => Path.Combine(Root, "jobs", jobId.ToString(CultureInfo.InvariantCulture));

    public string Source(long jobId) => Path.Combine(Job(jobId), "source.jsonl");

    public string Spool(long jobId, int part) => Path.Combine(Job(jobId), string.Create(CultureInfo.InvariantCulture, $"part-{part:0000}.json"));

    public string Results(long jobId, int part)
        => Path.Combine(Job(jobId), string.Create(CultureInfo.InvariantCulture, $"part-{part:0000}.results.jsonl"));

    /// <summary>Makes the folder for its owner alone; one that is there keeps its rights.</summary>
    /// <exception cref="ClaudeBatchException"><c>LedgerNotWritable</c>.</exception>
    public void Create()
    {
        CreateFolder(Root);
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
            else
            {
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
    public static FileStream OpenForWriting(string path, FileMode mode, int bufferSize = 1 << 20)
    {
        FileStreamOptions options = new()
        {
            Mode = mode,
            Access = FileAccess.Write,
            Share = FileShare.Read,
            BufferSize = bufferSize,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnlyFile;
        }

        try
        {
            return new FileStream(path, options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(path, e);
        }
    }

    internal static ClaudeBatchException NotWritable(string path, Exception cause) => new(
        FailureKind.Storage,
        "LedgerNotWritable",
        $"'{path}' cannot be written: {cause.Message} Give a folder of yours with Connect-ClaudeBatch -LedgerPath or in CLAUDEBATCH_HOME.",
        cause)
    { Target = path };
}
