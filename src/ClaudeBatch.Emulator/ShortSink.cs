namespace ClaudeBatch.Emulator;

/// <summary>Takes so many bytes of a body and breaks the connection at the next.</summary>
internal sealed class ShortSink(long length) : MemoryStream
{
    private long _left = length;

    public override void Write(byte[] buffer, int offset, int count) => Take(count);

    public override void Write(ReadOnlySpan<byte> buffer) => Take(buffer.Length);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Take(count);
        return Task.CompletedTask;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Take(buffer.Length);
        return ValueTask.CompletedTask;
    }

    private void Take(int count)
    {
        _left -= count;
        if (_left < 0)
        {
            throw new ConnectionBrokenException();
        }
    }
}
