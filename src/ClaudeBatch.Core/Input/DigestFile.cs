using System.Runtime.InteropServices;

namespace ClaudeBatch.Core.Input;

/// <summary>Sorted runs of digests in a temporary file, which is gone when the process is.</summary>
/// <param name="runLength">How many digests a run has.</param>
/// <param name="folder">The folder of the file.</param>
internal sealed class DigestFile(int runLength, string folder) : IDisposable
{
    // As many as are read at once where one is looked for: 4 KB.
    private const int PageLength = 256;

    private readonly FileStream _file = Create(folder);

    private readonly ContentDigest[] _page = new ContentDigest[PageLength];

    /// <summary>How many runs were written.</summary>
    public int Runs { get; private set; }

    public long Count => (long)Runs * runLength;

    /// <summary>Writes a run.</summary>
    /// <exception cref="ClaudeBatchException"><c>TemporaryFileFailed</c>.</exception>
    public void Append(ReadOnlySpan<ContentDigest> sorted)
    {
        try
        {
            _file.Position = OffsetOf(Runs, 0);
            _file.Write(MemoryMarshal.AsBytes(sorted));
        }
        catch (IOException e)
        {
            throw Failed(folder, e);
        }

        Runs++;
    }

    /// <summary>Reads a run.</summary>
    /// <param name="number">The number of the run, from 0.</param>
    /// <param name="run">Gets its digests.</param>
    /// <exception cref="ClaudeBatchException"><c>TemporaryFileFailed</c>.</exception>
    public void Read(int number, Span<ContentDigest> run) => Read(run, OffsetOf(number, 0));

    /// <summary>Whether a digest was written.</summary>
    /// <exception cref="ClaudeBatchException"><c>TemporaryFileFailed</c>.</exception>
    public bool Has(ContentDigest digest) => Enumerable.Range(0, Runs).Any(run => Has(run, digest));

    public void Dispose() => _file.Dispose();

    // Digests are evenly distributed: where one lies in a run is known to a page or two.
    private bool Has(int run, ContentDigest digest)
    {
        int last = (runLength - 1) / PageLength;
        int page = Math.Min(last, (int)Math.BigMul(digest.High, (ulong)runLength, out _) / PageLength);
        for (int way = 0; ; page += way)
        {
            Span<ContentDigest> digests = _page.AsSpan(0, Math.Min(PageLength, runLength - (page * PageLength)));
            Read(digests, OffsetOf(run, page));
            int found = digests.BinarySearch(digest, default(DigestOrder));
            int next = ~found == 0 ? -1 : ~found == digests.Length ? 1 : 0;
            if (found >= 0 || next == 0 || page + next < 0 || page + next > last || next == -way)
            {
                return found >= 0;
            }

            way = next;
        }
    }

    private long OffsetOf(int run, int page) => (((long)run * runLength) + ((long)page * PageLength)) * ContentDigest.Length;

    private void Read(Span<ContentDigest> digests, long offset)
    {
        try
        {
            _file.Position = offset;
            _file.ReadExactly(MemoryMarshal.AsBytes(digests));
        }
        catch (IOException e)
        {
            throw Failed(folder, e);
        }
    }

    private static FileStream Create(string folder)
    {
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0,
            Options = FileOptions.DeleteOnClose,
        };
        try
        {
            FileStream file = new(Path.Combine(folder, $"claudebatch-{Guid.NewGuid():N}.tmp"), options);
            if (!OperatingSystem.IsWindows())
            {
                File.Delete(file.Name); // the open file stays, without a name, for as long as the process has it
            }

            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(folder, e);
        }
    }

    private static ClaudeBatchException Failed(string folder, Exception cause) => new(
        FailureKind.Storage,
        "TemporaryFileFailed",
        $"The ids of a large input are kept in a temporary file in '{folder}', and it failed: {cause.Message} No batch was sent. Make "
            + "room there, or name another folder for temporary files (TMPDIR, on Windows TMP), and run the same line again.",
        cause)
    { Target = folder };
}
