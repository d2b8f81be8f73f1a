using System.Security.Cryptography;
using System.Threading.Channels;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Json;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using Microsoft.Win32.SafeHandles;

namespace ClaudeBatch.Core.Results;

/// <summary>Downloads the results of a batch to a file once, computes their digest, and reads their outcomes.</summary>
internal sealed class ResultDownload(JobLedger ledger, BatchApi api, Lazy<PriceList> prices)
{
    private const int PieceSize = 256 * 1024;

    /// <summary>
    /// Downloads the results. One task receives the bytes, writes them and computes the digest. Meanwhile, this one reads the batch's ids
    /// from the ledger, and then the lines that are written.
    /// </summary>
    /// <exception cref="ClaudeBatchException">An error that the service replied with, or an error of the disk.</exception>
    public async Task<(OutcomeTable Table, byte[] Digest)> RunAsync(
        BatchRecord batch, string partial, IProgress<long>? received, CancellationToken cancellationToken)
    {
        Channel<long> written = Channel.CreateUnbounded<long>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<byte[]> download = Task.Run(() => FetchAsync(batch, partial, written.Writer, received, stop.Token), CancellationToken.None);
        try
        {
            OutcomeTable table = OutcomeTable.For(ledger, batch, prices);
            using LineScanner scanner = new(table.Take);
            await FollowAsync(partial, written.Reader, scanner, cancellationToken).ConfigureAwait(false);
            byte[] digest = await download.ConfigureAwait(false);
            scanner.Complete();
            return (table, digest);
        }
        finally
        {
            // However this method is left, the file is no longer written afterwards.
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAny(download).ConfigureAwait(false);
        }
    }

    // The bytes are read back from the file, which the system still has in memory: neither task waits for the other, and no queue of bytes
    // grows.
    private static async Task FollowAsync(
        string partial,
        ChannelReader<long> written,
        LineScanner scanner,
        CancellationToken cancellationToken)
    {
        byte[] piece = new byte[PieceSize];
        SafeFileHandle? file = null;
        try
        {
            long done = 0;
            await foreach (long end in written.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                file ??= File.OpenHandle(partial, share: FileShare.ReadWrite);
                while (done < end)
                {
                    int count = RandomAccess.Read(file, piece.AsSpan(0, (int)Math.Min(piece.Length, end - done)), done);
                    scanner.Feed(count > 0 ? piece.AsSpan(0, count) : throw new EndOfStreamException($"'{partial}' was cut from outside."));
                    done += count;
                }
            }
        }
        finally
        {
            file?.Dispose();
        }
    }

    private async Task<byte[]> FetchAsync(
        BatchRecord batch, string partial, ChannelWriter<long> written, IProgress<long>? received, CancellationToken cancellationToken)
    {
        try
        {
            Reply<Stream> reply = await api.OpenResultsAsync(batch.ServiceId!, cancellationToken).ConfigureAwait(false);
            await using (reply.Value.ConfigureAwait(false))
            {
                using IncrementalHash digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                using LedgerFile file = ledger.Folder.OpenForWriting(partial, FileMode.Create, bufferSize: 1);
                byte[] piece = new byte[PieceSize];
                long total = 0;
                int count;
                while ((count = await reply.Value.ReadAsync(piece, cancellationToken).ConfigureAwait(false)) > 0)
                {
                    file.Write(piece.AsSpan(0, count));
                    total += count;
                    written.TryWrite(total);
                    digest.AppendData(piece, 0, count);
                    received?.Report(total);
                    Milestone.Pass("downloading");
                }

                Milestone.Pass("download-complete");
                file.FlushToDisk();
                return digest.GetHashAndReset();
            }
        }
        finally
        {
            written.Complete(); // the failure itself is the task's
        }
    }
}
