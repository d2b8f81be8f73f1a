using System.Runtime.ExceptionServices;

namespace ClaudeBatch.Core.Api;

/// <summary>A connection that is read from the first write on, so that a refusal is seen while a large body is still being sent.</summary>
/// <remarks>
/// A server that refuses a request early replies and closes the connection. The next write of the client fails, and the operating system
/// then drops the bytes that it has received and nobody has read. An HTTP client that reads only after it has written therefore reports a
/// broken connection and never sees the refusal. This stream has read the refusal by then. After a refusal it sends nothing more: it drops
/// what is written to it, and the client goes on to read the reply.
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

    // Completes when more bytes have come, or when no more will come.
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
            // The connection is broken. The read that is open comes to its end, and has then brought the refusal or nothing.
            await EndAsync(cancellationToken).ConfigureAwait(false);
            if (!reply.IsRefusal)
            {
                throw;
            }
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>
    /// Reads the bytes that have come. With an empty buffer it waits until there are some, as HTTP clients do on idle connections.
    /// </summary>
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

    public override Task FlushAsync(CancellationToken cancellationToken)
        => reply.IsRefusal ? Task.CompletedTask : inner.FlushAsync(cancellationToken);

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

    // Begins a read if none is open and there is room for the bytes that it brings.
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

    // Reads on after interim replies, so that the final reply is seen even if nothing is written meanwhile.
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
            Note(0, ExceptionDispatchInfo.Capture(e)); // ReadAsync throws it, after the bytes that came before
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
