using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace ClaudeBatch.Core.Api;

/// <summary>
/// A request body that is read from a file. Its last byte is sent only after <paramref name="beforeLastByte"/> has finished.
/// </summary>
/// <remarks>
/// The service cannot accept a body before it has all of it. If the process dies while the last byte is withheld, the service has therefore
/// not made the batch. What <paramref name="beforeLastByte"/> has recorded tells the next process that the byte may have been sent.
/// </remarks>
/// <param name="path">The path of the file that holds the exact body.</param>
/// <param name="length">The size of the body in bytes.</param>
/// <param name="digest">The SHA-256 that the body had when the part was sealed, 32 bytes. A body that is another one gets no last byte.</param>
/// <param name="stallLimit">The longest time that one write may take before the upload fails.</param>
/// <param name="sent">Receives the number of bytes sent so far, after each 256 KiB; null where nobody wants it.</param>
/// <param name="beforeLastByte">Awaited before the last byte is sent. It records durably that the service may have the batch from then
/// on.</param>
internal sealed class WithheldContent(
    string path,
    long length,
    ReadOnlyMemory<byte> digest,
    TimeSpan stallLimit,
    IProgress<long>? sent,
    Func<CancellationToken, Task> beforeLastByte)
    : HttpContent, ILongContent
{
    private const int ChunkSize = 256 * 1024;

    private bool _started;

    /// <summary>Whether the last byte was given to the network. From then on the service may have made the batch.</summary>
    public bool LastByteHandedOver { get; private set; }

    /// <summary>What is known so far of a reply that comes while the body is being sent.</summary>
    public EarlyReply Reply { get; } = new();

    /// <summary>Called when the last byte is sent. The time limit of the reply begins then.</summary>
    public Action? OnLastByte { get; set; }

    public static WithheldContent ForJson(
        string path,
        long length,
        ReadOnlyMemory<byte> digest,
        TimeSpan stallLimit,
        IProgress<long>? sent,
        Func<CancellationToken, Task> beforeLastByte)
    {
        WithheldContent content = new(path, length, digest, stallLimit, sent, beforeLastByte);
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
        FileStream file = Open();
        await using (file.ConfigureAwait(false))
        {
            using IncrementalHash read = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            byte[] buffer = new byte[ChunkSize];
            long left = length - 1;
            while (left > 0)
            {
                int wanted = (int)Math.Min(left, buffer.Length);
                if (Reply.IsRefusal)
                {
                    // The stream drops what is written to it now. The HTTP client reads the reply only after all bytes of the body were
                    // written.
                    await WriteAsync(stream, buffer.AsMemory(0, wanted), cancellationToken).ConfigureAwait(false);
                    left -= wanted;
                    continue;
                }

                await ReadAsync(file, buffer.AsMemory(0, wanted), cancellationToken).ConfigureAwait(false);
                Task written = WriteAsync(stream, buffer.AsMemory(0, wanted), cancellationToken);
                read.AppendData(buffer, 0, wanted); // while the network takes the bytes
                await written.ConfigureAwait(false);
                left -= wanted;
                sent?.Report(length - left);
                Milestone.Pass("uploading");
            }

            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
            if (Reply.IsRefusal)
            {
                await WriteAsync(stream, buffer.AsMemory(0, 1), cancellationToken).ConfigureAwait(false);
                return; // the last byte is never given to the network
            }

            await ReadAsync(file, buffer.AsMemory(0, 1), cancellationToken).ConfigureAwait(false);
            read.AppendData(buffer, 0, 1);
            if (!read.GetHashAndReset().AsSpan().SequenceEqual(digest.Span))
            {
                throw ClaudeBatchException.SpoolChanged(path);
            }

            Milestone.Pass("holding-last-byte");
            await beforeLastByte(cancellationToken).ConfigureAwait(false);
            Milestone.Pass("unconfirmed-recorded");

            LastByteHandedOver = !Reply.IsRefusal; // a refusal that has come meanwhile keeps the byte back, too
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

    private FileStream Open()
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw ClaudeBatchException.SpoolChanged(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(e);
        }
    }

    private async Task ReadAsync(FileStream file, Memory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await file.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        }
        catch (EndOfStreamException)
        {
            throw ClaudeBatchException.SpoolChanged(path);
        }
        catch (IOException e)
        {
            throw Unreadable(e);
        }
    }

    // A failure of the disk is not told as one of the network.
    private ClaudeBatchException Unreadable(Exception cause) => new(
        FailureKind.Storage,
        "LedgerUnreadable",
        $"'{path}' cannot be read, and nothing of it was accepted: {Sentence.Of(cause.Message)}",
        cause)
    { Target = path };

    private Task WriteAsync(Stream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        => StallLimit.WriteAsync(stream, bytes, stallLimit, cancellationToken);
}
