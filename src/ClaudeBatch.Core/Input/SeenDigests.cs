using System.Buffers;
using System.Runtime.CompilerServices;

namespace ClaudeBatch.Core.Input;

/// <summary>Tells which digests came before, in two to four bytes of memory for each, so that an input may have any number of rows.</summary>
/// <remarks>
/// The newest are in memory. Those before lie sorted in a temporary file, and a Bloom filter tells of nearly each new digest that it is not
/// among them; only where it may be, the file is asked. What the file says is exact.
/// </remarks>
/// <param name="runLength">How many digests are in memory before they are written to the file.</param>
/// <param name="folder">The folder of the file; null for the one that the system has for temporary files.</param>
internal sealed class SeenDigests(int runLength = SeenDigests.UsualRunLength, string? folder = null) : IDisposable
{
    private const int UsualRunLength = 1 << 16;

    private readonly DigestSet _newest = new();

    private DigestFile? _older;

    private DigestFilter _filter = DigestFilter.Empty;

    public long Count => _newest.Count + (_older?.Count ?? 0);

    /// <summary>Adds a digest.</summary>
    /// <returns>True when the digest was added, false when it came before.</returns>
    /// <exception cref="ClaudeBatchException"><c>TemporaryFileFailed</c>.</exception>
    [MethodImpl(Hot.AtOnce)]
    public bool Add(ContentDigest digest)
    {
        if (_filter.MayHave(digest) && _older!.Has(digest))
        {
            return false;
        }

        if (!_newest.Add(digest))
        {
            return false;
        }

        if (_newest.Count == runLength)
        {
            WriteRun();
        }

        return true;
    }

    public void Dispose() => _older?.Dispose();

    private void WriteRun()
    {
        ContentDigest[] room = ArrayPool<ContentDigest>.Shared.Rent(runLength);
        Span<ContentDigest> run = room.AsSpan(0, runLength);
        _newest.CopyTo(run);
        run.Sort(default(DigestOrder));
        _older ??= new DigestFile(runLength, folder ?? Path.GetTempPath());
        _older.Append(run);
        if (_older.Count <= _filter.Capacity)
        {
            _filter.Add(run);
        }
        else
        {
            DigestFilter larger = new(_older.Count);
            for (int number = 0; number < _older.Runs; number++)
            {
                _older.Read(number, run);
                larger.Add(run);
            }

            _filter = larger; // only when it has all of them: the one before forgets none while this is made
        }

        _newest.Clear(); // they are in memory until all of it is done: what has failed forgets none
        ArrayPool<ContentDigest>.Shared.Return(room);
    }
}
