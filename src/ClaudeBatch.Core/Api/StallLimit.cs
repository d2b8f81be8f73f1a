namespace ClaudeBatch.Core.Api;

/// <summary>Writes of a body that are given up when the network takes nothing for too long.</summary>
internal static class StallLimit
{
    /// <summary>Writes bytes of a body.</summary>
    /// <param name="stream">The network.</param>
    /// <param name="bytes">The bytes.</param>
    /// <param name="limit">The longest time that the write may take, in real time.</param>
    /// <param name="cancellationToken">Ends the write.</param>
    /// <exception cref="TimeoutException">It took longer.</exception>
    public static async Task WriteAsync(Stream stream, ReadOnlyMemory<byte> bytes, TimeSpan limit, CancellationToken cancellationToken)
    {
        using CancellationTokenSource stall = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stall.CancelAfter(limit);
        try
        {
            await stream.WriteAsync(bytes, stall.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The upload made no progress for {limit.TotalSeconds:0} seconds.", e);
        }
    }
}
