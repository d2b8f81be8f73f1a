namespace ClaudeBatch.Core.Api;

/// <summary>What a reply that comes while its request is still going up has said so far: the status of its head.</summary>
/// <remarks>Fed with the bytes of the connection as they arrive, on one thread at a time; read on any.</remarks>
internal sealed class EarlyReply
{
    /// <summary>Under this name a request carries the object that is told of its reply.</summary>
    public static readonly HttpRequestOptionsKey<EarlyReply> Key = new("ClaudeBatch.EarlyReply");

    private const int LongestStatusLine = 16;

    private const int FirstRefusal = 300;

    // "HTTP/1.1 401": what stands after the first blank is the status.
    private readonly char[] _line = new char[LongestStatusLine];

    private int _length;

    private bool _inHead;

    private int _lineEnds;

    private volatile int _status;

    /// <summary>The status of the final reply; 0 while none has come. Interim replies (1xx) are none.</summary>
    public int Status => _status;

    /// <summary>The service has refused what it has not seen whole.</summary>
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

    // Three digits after the first blank.
    private void ReadStatus()
    {
        int blank = Array.IndexOf(_line, ' ', 0, _length);
        if (blank < 0 || _length < blank + 4 || !int.TryParse(_line.AsSpan(blank + 1, 3), out int status))
        {
            return;
        }

        if (status >= 200)
        {
            _status = status;
        }

        (_inHead, _lineEnds, _length) = (true, 0, 0);
    }

    // An interim reply ends with an empty line; the next head follows.
    private void SkipHead(byte next)
    {
        _lineEnds = next == '\n' ? _lineEnds + 1 : next == '\r' ? _lineEnds : 0;
        _inHead = _lineEnds < 2;
    }
}
