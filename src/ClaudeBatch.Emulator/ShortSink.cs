namespace ClaudeBatch.Emulator;

/// <summary>Takes a number of bytes of a body, and throws <see cref="ConnectionBrokenException"/> when more come.</summary>
/// <param name="length">The number of bytes that are taken.</param>
internal sealed class ShortSink(long length) : MemoryStream
{
    private long _left = length;

    public override void Write(byte[] buffer, int offset, int count) => Count(count);

    public override void Write(ReadOnlySpan<byte> buffer) => Count(buffer.Length);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Count(count);
        return Task.CompletedTask;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Count(buffer.Length);
        return ValueTask.CompletedTask;
    }

    private void Count(int count)
    {
        _left -= count;
        if (_left < 0)
        {
            throw new ConnectionBrokenException();
        }
    }
}
