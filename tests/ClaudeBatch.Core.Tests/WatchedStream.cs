namespace ClaudeBatch.Core.Tests;

/// <summary>A stream that reports before each write how many bytes have been written to it.</summary>
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
