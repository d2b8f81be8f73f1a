using System.Globalization;

namespace ClaudeBatch.Core.Api;

/// <summary>Reads the status of a reply that comes while its request is still being sent.</summary>
/// <remarks>One thread at a time hands in the bytes of the connection as they arrive; any thread may read the status.</remarks>
internal sealed class EarlyReply
{
    /// <summary>The name of the option with which a request carries the object that reads its reply's status.</summary>
    public static readonly HttpRequestOptionsKey<EarlyReply> Key = new("ClaudeBatch.EarlyReply");

    private const int LongestStatusLine = 16;

    private const int FirstRefusal = 300;

    // The beginning of the status line, such as "HTTP/1.1 401". The status follows the first blank.
    private readonly char[] _line = new char[LongestStatusLine];

    private int _length;

    private bool _inHead;

    private int _lineEnds;

    private volatile int _status;

    /// <summary>The HTTP status of the final reply; 0 while only interim replies (1xx) or none have come.</summary>
    public int Status => _status;

    /// <summary>Whether the service has refused the request, which it may do before it has all of it.</summary>
    public bool IsRefusal => _status >= FirstRefusal;

    /// <summary>Takes the next bytes of the connection.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        foreach (byte next in bytes)
        {
            if (_status != 0)
            {
                return;
            }

            if (_inHead)
            {
                SkipHead(next);
            }
            else if (next != '\n' && _length < LongestStatusLine)
            {
                _line[_length++] = (char)next;
                ReadStatus();
            }
        }
    }

    // Takes the three digits after the first blank, once they have come.
    private void ReadStatus()
    {
        int blank = Array.IndexOf(_line, ' ', 0, _length);
        if (blank < 0 || _length < blank + 4
            || !int.TryParse(_line.AsSpan(blank + 1, 3), NumberStyles.None, CultureInfo.InvariantCulture, out int status))
        {
            return;
        }

        if (status >= 200)
        {
            _status = status;
        }

        (_inHead, _lineEnds, _length) = (true, 0, 0);
    }

    // An interim reply ends with an empty line, and the status line of the next reply follows it.
    private void SkipHead(byte next)
    {
        _lineEnds = next == '\n' ? _lineEnds + 1 : next == '\r' ? _lineEnds : 0;
        _inHead = _lineEnds < 2;
    }
}
