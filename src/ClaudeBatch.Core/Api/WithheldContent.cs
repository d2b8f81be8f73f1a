using System.Net;
using System.Net.Http.Headers;

namespace ClaudeBatch.Core.Api;

/// <summary>
/// A request body read from a file, whose last byte leaves only after <paramref name="beforeLastByte"/> has finished.
/// </summary>
/// <remarks>
/// A server cannot accept a body it has not whole. What was killed while the byte was held back was therefore not
/// accepted, and what was written down before it was handed over says whether it may have been.
/// </remarks>
/// <param name="path">The file with the exact bytes of the body.</param>
/// <param name="length">The number of bytes.</param>
/// <param name="stallLimit">How long a write may take before the upload is given up.</param>
/// <param name="sent">Told how many bytes have gone, now and then.</param>
/// <param name="beforeLastByte">Makes it durable that the last byte is about to go.</param>
internal sealed class WithheldContent(
    string path, long length, TimeSpan stallLimit, IProgress<long>? sent, Func<CancellationToken, Task> beforeLastByte)
    : HttpContent
{
    private const int ChunkSize = 256 * 1024;

    private bool _started;

    /// <summary>The last byte was given to the network; from here on the service may have accepted the batch.</summary>
    public bool LastByteHandedOver { get; private set; }

    /// <summary>What is known of a reply while the body goes up.</summary>
    public EarlyReply Reply { get; } = new();

    /// <summary>Called as the last byte goes; the wait for the reply begins here.</summary>
    public Action? OnLastByte { get; set; }

    public static WithheldContent ForJson(
        string path, long length, TimeSpan stallLimit, IProgress<long>? sent, Func<CancellationToken, Task> beforeLastByte)
    {
        WithheldContent content = new(path, length, stallLimit, sent, beforeLastByte);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (_started)
        {
            throw new InvalidOperationException("A create is sent once; its body must not be read again.");
        }

        _started = true;
        FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        await using (file.ConfigureAwait(false))
        {
            byte[] buffer = new byte[ChunkSize];
            long left = length - 1;
            while (left > 0)
            {
                int wanted = (int)Math.Min(left, buffer.Length);
                if (Reply.IsRefusal)
                {
                    // Nothing leaves any more; the client wants its count of bytes before it reads the reply.
                    await WriteAsync(stream, buffer.AsMemory(0, wanted), cancellationToken).ConfigureAwait(false);
                    left -= wanted;
                    continue;
                }

                await file.ReadExactlyAsync(buffer.AsMemory(0, wanted), cancellationToken).ConfigureAwait(false);
                await WriteAsync(stream, buffer.AsMemory(0, wanted), cancellationToken).ConfigureAwait(false);
                left -= wanted;
                sent?.Report(length - left);
                Milestone.Pass("uploading");
            }

            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
            if (Reply.IsRefusal)
            {
                await WriteAsync(stream, buffer.AsMemory(0, 1), cancellationToken).ConfigureAwait(false);
                return; // the last byte was not handed over, and never will be
            }

            await file.ReadExactlyAsync(buffer.AsMemory(0, 1), cancellationToken).ConfigureAwait(false);
            Milestone.Pass("holding-last-byte");
            await beforeLastByte(cancellationToken).ConfigureAwait(false);
            Milestone.Pass("unconfirmed-recorded");

            LastByteHandedOver = !Reply.IsRefusal; // one that came just now keeps it back, too
            OnLastByte?.Invoke();
            await WriteAsync(stream, buffer.AsMemory(0, 1), cancellationToken).ConfigureAwait(false);
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
            Milestone.Pass("last-byte-sent");
        }
    }

    protected override bool TryComputeLength(out long computed)
    {
        computed = length;
        return true;
    }

    private async Task WriteAsync(Stream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        using CancellationTokenSource stall = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stall.CancelAfter(stallLimit);
        try
        {
            await stream.WriteAsync(bytes, stall.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The upload made no progress for {stallLimit.TotalSeconds:0} seconds.", e);
        }
    }
}
