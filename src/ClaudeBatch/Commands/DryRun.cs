using System.Globalization;
using ClaudeBatch.Core.Submission;

namespace ClaudeBatch.Commands;

/// <summary>Counts what a submission would send without writing anything.</summary>
internal sealed class DryRun(SpoolLimits limits)
{
    private const int Envelope = 15;

    private long _partRequests;

    private long _partBytes;

    private long _requests;

    private long _bytes;

    private int _parts;

    public void Add(long size)
    {
        if (_parts == 0 || _partRequests >= limits.MaxRequests || _partBytes + size + 1 > limits.MaxBytes)
        {
            _parts++;
            _partRequests = 0;
            _partBytes = Envelope;
            _bytes += Envelope;
        }

        long more = size + (_partRequests > 0 ? 1 : 0);
        _partRequests++;
        _partBytes += more;
        _requests++;
        _bytes += more;
    }

    public string Describe(string? job) => string.Create(
        CultureInfo.InvariantCulture, $"{_requests} requests, {_bytes} bytes in {_parts} parts{(job is null ? string.Empty : $" as job '{job}'")}");
}
