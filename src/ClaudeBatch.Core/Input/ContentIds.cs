using System.Globalization;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Input;

/// <summary>Makes custom ids from the content of rows, and a different one for each of equal rows.</summary>
/// <remarks>It keeps a digest of each id, and not the id, in two to four bytes of memory: an input may have millions of rows.</remarks>
public sealed class ContentIds : IDisposable
{
    private readonly SeenDigests _seen = new();

    // How many rows have had an id, for the ids that more than one row has.
    private readonly Dictionary<ContentDigest, int> _repeated = [];

    /// <summary>How many rows were equal to an earlier one.</summary>
    public long Repeated { get; private set; }

    /// <summary>
    /// Gives the id of the next row: <see cref="CustomId.FromContent"/>, with the row's number among equal ones at the end from the second
    /// of them on.
    /// </summary>
    public string Next(ReadOnlySpan<byte> content) => Next(CustomId.FromContent(content));

    /// <summary>Gives the id of the next row whose content has this id.</summary>
    /// <exception cref="ClaudeBatchException"><c>TemporaryFileFailed</c>.</exception>
    public string Next(string id)
    {
        ContentDigest digest = ContentDigest.OfId(id);
        // Of an id that many rows have, the other digests need not be asked.
        if (!_repeated.TryGetValue(digest, out int number) && _seen.Add(digest))
        {
            return id;
        }

        Repeated++;
        number = _repeated[digest] = Math.Max(number, 1) + 1;
        return string.Create(CultureInfo.InvariantCulture, $"{id}-{number}");
    }

    public void Dispose() => _seen.Dispose();
}
