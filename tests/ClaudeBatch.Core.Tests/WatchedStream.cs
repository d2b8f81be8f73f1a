namespace ClaudeBatch.Core.Tests;

/// <summary>Tells how many bytes have been written to it, before each write is taken.</summary>
internal sealed class WatchedStream(Action<long> onWrite) : MemoryStream
{
    private long _count;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _count += buffer.Length;
        onWrite(_count);
        return ValueTask.CompletedTask;
    }
}
