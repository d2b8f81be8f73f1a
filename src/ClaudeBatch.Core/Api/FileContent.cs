using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace ClaudeBatch.Core.Api;

/// <summary>The body of an upload: a form with the file and how long it is to be kept. The file is read in pieces while it is sent.</summary>
internal sealed class FileContent : HttpContent, ILongContent
{
    private const int ChunkSize = 64 * 1024;

    private readonly FileUpload _upload;

    private readonly TimeSpan _stallLimit;

    private readonly byte[] _head;

    private readonly byte[] _tail;

    private readonly long _fileLength;

    /// <exception cref="ClaudeBatchException"><c>FileUnreadable</c>.</exception>
    public FileContent(FileUpload upload, TimeSpan stallLimit)
    {
        (_upload, _stallLimit) = (upload, stallLimit);
        string boundary = $"----ClaudeBatch{Guid.NewGuid():N}";
        Headers.TryAddWithoutValidation("Content-Type", $"multipart/form-data; boundary={boundary}");
        string seconds = ((long)upload.Lifetime.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        // The name stands in the form as browsers and the official SDKs write it: in UTF-8. It has no quotation mark and no line end.
        _head = Encoding.UTF8.GetBytes(
            $"--{boundary}\r\nContent-Disposition: form-data; name=\"expires_in_seconds\"\r\n\r\n{seconds}\r\n"
                + $"--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{upload.Name}\"\r\n"
                + $"Content-Type: {upload.MediaType}\r\n\r\n");
        _tail = Encoding.UTF8.GetBytes($"\r\n--{boundary}--\r\n");
        using FileStream file = Open();
        (_fileLength, Digest) = Read(file);
    }

    /// <summary>The SHA-256 of the whole body, which a credential may sign.</summary>
    public byte[] Digest { get; }

    /// <summary>What is known so far of a reply that comes while the body is being sent.</summary>
    public EarlyReply Reply { get; } = new();

    public Action? OnLastByte { get; set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        FileStream file = Open();
        await using (file.ConfigureAwait(false))
        {
            using IncrementalHash read = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            byte[] buffer = new byte[ChunkSize];
            await WriteAsync(stream, _head, cancellationToken).ConfigureAwait(false);
            for (long left = _fileLength; left > 0;)
            {
                int wanted = (int)Math.Min(left, buffer.Length);
                // After a refusal the stream drops what is written; the client reads the reply only when all bytes were written.
                if (!Reply.IsRefusal)
                {
                    await ReadAsync(file, buffer.AsMemory(0, wanted), cancellationToken).ConfigureAwait(false);
                    read.AppendData(buffer, 0, wanted);
                }

                await WriteAsync(stream, buffer.AsMemory(0, wanted), cancellationToken).ConfigureAwait(false);
                left -= wanted;
                Milestone.Pass("uploading-file");
            }

            if (!Reply.IsRefusal && !read.GetHashAndReset().AsSpan().SequenceEqual(_upload.Digest.Span))
            {
                throw ClaudeBatchException.FileChanged(_upload.Path);
            }

            _upload.WasSent = !Reply.IsRefusal;
            OnLastByte?.Invoke();
            await WriteAsync(stream, _tail, cancellationToken).ConfigureAwait(false);
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
            Milestone.Pass("file-sent");
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _head.Length + _fileLength + _tail.Length;
        return true;
    }

    private FileStream Open()
    {
        try
        {
            return new FileStream(_upload.Path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(e);
        }
    }

    // Nothing is sent of a file that is no longer what its request was made with.
    private (long Length, byte[] BodyDigest) Read(FileStream file)
    {
        using IncrementalHash content = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using IncrementalHash body = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        body.AppendData(_head);
        byte[] buffer = new byte[ChunkSize];
        long length = 0;
        try
        {
            for (int count; (count = file.Read(buffer)) > 0; length += count)
            {
                content.AppendData(buffer, 0, count);
                body.AppendData(buffer, 0, count);
            }
        }
        catch (IOException e)
        {
            throw Unreadable(e);
        }

        body.AppendData(_tail);
        return content.GetHashAndReset().AsSpan().SequenceEqual(_upload.Digest.Span)
            ? (length, body.GetHashAndReset())
            : throw ClaudeBatchException.FileChanged(_upload.Path);
    }

    private async Task ReadAsync(FileStream file, Memory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await file.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        }
        catch (EndOfStreamException)
        {
            throw ClaudeBatchException.FileChanged(_upload.Path);
        }
        catch (IOException e)
        {
            throw Unreadable(e);
        }
    }

    private Task WriteAsync(Stream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        => StallLimit.WriteAsync(stream, bytes, _stallLimit, cancellationToken);

    private ClaudeBatchException Unreadable(Exception cause) => new(
        cause is FileNotFoundException or DirectoryNotFoundException ? FailureKind.NotFound : FailureKind.InvalidArgument,
        cause is FileNotFoundException or DirectoryNotFoundException ? "PathNotFound" : "FileUnreadable",
        $"'{_upload.Path}' cannot be read: {Sentence.Of(cause.Message)}",
        cause)
    { Target = _upload.Path, IsOfFile = true };
}
