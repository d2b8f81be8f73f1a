using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Retries;

/// <summary>What has become of the files of requests that are sent again.</summary>
public sealed class RenewedFiles
{
    private readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal);

    private readonly HashSet<long> _left = [];

    /// <summary>Why requests are not sent again: their files are neither at the service nor here any more.</summary>
    public List<ClaudeBatchException> Failures { get; } = [];

    /// <summary>How many files have got another id.</summary>
    public int Count => _ids.Count;

    internal void Renew(string id, string now) => _ids[id] = now;

    internal void LeaveOut(long row) => _left.Add(row);

    /// <summary>Whether the request of a row cannot be sent again.</summary>
    internal bool IsLeftOut(long row) => _left.Contains(row);

    /// <summary>Gives a request with the ids that its files have now.</summary>
    internal ReadOnlySpan<byte> In(ReadOnlySpan<byte> item) => _ids.Count == 0 ? item : UploadForms.WithOtherIds(item, _ids);
}
