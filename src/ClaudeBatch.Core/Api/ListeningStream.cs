using System.Runtime.ExceptionServices;

namespace ClaudeBatch.Core.Api;

/// <summary>A connection on which a read is open from the first write on, so that a refusal is seen while a large body still goes up.</summary>
/// <remarks>
/// A server that refuses early answers and closes. The next write then fails, and the operating system throws away what it had received
/// and nobody had read; an HTTP client, which reads when it has written, reports a broken pipe and never sees the refusal. Here the refusal
/// was read by then. Once it has come nothing more is sent: what is written is dropped, and the client goes on to read the reply.
/// </remarks>
internal sealed class ListeningStream(Stream inner, EarlyReply reply) : Stream
{
    private const int Capacity = 64 * 1024;

    private readonly object _gate = new();

    private readonly byte[] _received = new byte[Capacity];

    private int _start;

    private int _end;

    private bool _isOver;

    private ExceptionDispatchInfo? _fault;

    private bool _isReading;

    // Ends when something more has come, or nothing will.
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Listen();
        if (reply.IsRefusal)
        {
            return;
        }

        try
        {
            await inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The connection is broken, so the open read ends by itself: with the refusal or with nothing.
            await EndAsync(cancellationToken).ConfigureAwait(false);
            if (!reply.IsRefusal)
            {
                throw;
            }
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Reads what has come; with an empty buffer it waits until there is something, as HTTP clients do on idle connections.</summary>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Task news;
            lock (_gate)
            {
                news = _news.Task;
                if (_start < _end)
                {
                    int count = Math.Min(buffer.Length, _end - _start);
                    _received.AsSpan(_start, count).CopyTo(buffer.Span);
                    _start += count;
                    return count;
                }

                _fault?.Throw();
                if (_isOver)
                {
                    return 0;
                }
            }

            Listen();
            await news.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => reply.IsRefusal ? Task.CompletedTask : inner.FlushAsync(cancellationToken);

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Creates are asynchronous.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Creates are asynchronous.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    // Waits for the final reply, or for the end of the connection.
    private async Task EndAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task news;
            lock (_gate)
            {
                if (reply.Status != 0 || _isOver || _fault is not null || _end == Capacity)
                {
                    return;
                }

                news = _news.Task;
            }

            Listen();
            await news.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    // Sees to it that a read is open while there is room for what it brings.
    private void Listen()
    {
        lock (_gate)
        {
            if (_isReading || _isOver || _fault is not null)
            {
                return;
            }

            if (_start == _end)
            {
                (_start, _end) = (0, 0);
            }

            if (_end < Capacity)
            {
                _isReading = true;
                _ = ReceiveAsync();
            }
        }
    }

    // Goes on through interim replies, so that nobody need write for the final one to be seen.
    private async Task ReceiveAsync()
    {
        try
        {
            bool goesOn = true;
            while (goesOn)
            {
                int count = await inner.ReadAsync(_received.AsMemory(_end)).ConfigureAwait(false);
                reply.Feed(_received.AsSpan(_end, count));
                goesOn = Note(count, null);
            }
        }
        catch (Exception e)
        {
            Note(0, ExceptionDispatchInfo.Capture(e)); // told to whoever reads, after what came before it
        }
    }

    private bool Note(int count, ExceptionDispatchInfo? fault)
    {
        lock (_gate)
        {
            _end += count;
            _fault = fault;
            _isOver = count == 0 && fault is null;
            _isReading = count > 0 && reply.Status == 0 && _end < Capacity;
            _news.TrySetResult();
            _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _isReading;
        }
    }
}
