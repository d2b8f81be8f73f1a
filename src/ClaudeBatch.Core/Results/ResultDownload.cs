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
    private const int PieceSize = 64 * 1024;

    // Far more than is told, so that what is cut off is no part of it.
    private const int FirstBytes = 64 * 1024;

    /// <summary>
    /// Downloads the results. One task receives the bytes, writes them and computes the digest. Meanwhile, this one reads the batch's ids
    /// from the ledger, and then the lines that are written. A body that breaks off is no error here: what came of it is used.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="partial">The path of the file that is written.</param>
    /// <param name="received">Gets the number of bytes received so far; null for no reports.</param>
    /// <param name="cancellationToken">Cancels the download.</param>
    /// <exception cref="ClaudeBatchException">An error that the service replied with, or an error of the disk.</exception>
    public async Task<ReceivedResults> RunAsync(
        BatchRecord batch, string partial, IProgress<long>? received, CancellationToken cancellationToken)
    {
        Channel<long> written = Channel.CreateUnbounded<long>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using IncrementalHash digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Task<(ResultsReply Reply, Exception? Cut)> download = SideTask.Run(
            () => FetchAsync(batch, partial, digest, written.Writer, received, stop.Token));
        OutcomeTable? table = null;
        try
        {
            table = OutcomeTable.For(ledger, batch, prices);
            using LineScanner scanner = new(table.Take);
            long length = await FollowAsync(partial, written.Reader, scanner, cancellationToken).ConfigureAwait(false);
            (ResultsReply reply, Exception? cut) = await download.ConfigureAwait(false);
            if (cut is null)
            {
                scanner.Complete(); // the end of a body that broke off is the beginning of a line
            }

            bool isComplete = cut is null && reply is { Status: 200, IsFramed: true } && table.Lines > 0
                && (table.Unreadable == 0 || table.Lacking == 0);
            string? instead = table.Lines > 0 || cut is not null ? null : reply.Describe(Beginning(partial), api.Connection.Credential);
            int news = batch.ResultsDigest is null ? table.Answered : CountNews(batch, table);
            int dropped = table.Lines > 0 && batch.ResultsDigest is not null
                ? new ResultCarrying(ledger, batch).Run(table, partial, length, digest)
                : 0;
            Milestone.Pass("download-complete");
            Flush(partial);
            return new ReceivedResults(table, digest.GetHashAndReset(), isComplete, cut, instead, news, dropped, reply.Headers);
        }
        catch
        {
            table?.Dispose();
            throw;
        }
        finally
        {
            // However this method is left, the file is no longer written afterwards.
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAny(download).ConfigureAwait(false);
        }
    }

    private int CountNews(BatchRecord batch, OutcomeTable table)
        => table.Discovered.Count
            + ledger.Attempts.All(batch).Count(a => a.Outcome is null or Outcome.Missing && table.Has(a.CustomId));

    private static byte[] Beginning(string path)
    {
        using FileStream file = File.OpenRead(path);
        byte[] bytes = new byte[FirstBytes];
        return bytes[..file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    }

    private void Flush(string partial)
    {
        using LedgerFile file = ledger.Folder.OpenForWriting(partial, FileMode.Append, bufferSize: 1);
        file.FlushToDisk();
    }

    // The bytes are read back from the file, which the system still has in memory: neither task waits for the other, and no queue of bytes
    // grows.
    private static async Task<long> FollowAsync(
        string partial,
        ChannelReader<long> written,
        LineScanner scanner,
        CancellationToken cancellationToken)
    {
        byte[] piece = new byte[PieceSize];
        SafeFileHandle? file = null;
        long done = 0;
        try
        {
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

            return done;
        }
        finally
        {
            file?.Dispose();
        }
    }

    private async Task<(ResultsReply Reply, Exception? Cut)> FetchAsync(
        BatchRecord batch,
        string partial,
        IncrementalHash digest,
        ChannelWriter<long> written,
        IProgress<long>? received,
        CancellationToken cancellationToken)
    {
        try
        {
            ResultsReply reply = await api.OpenResultsAsync(batch.ServiceId!, cancellationToken).ConfigureAwait(false);
            await using (reply.ConfigureAwait(false))
            {
                using LedgerFile file = ledger.Folder.OpenForWriting(partial, FileMode.Create, bufferSize: 1);
                byte[] piece = new byte[PieceSize];
                long total = 0;
                while (true)
                {
                    int count;
                    try
                    {
                        count = await reply.Body.ReadAsync(piece, cancellationToken).ConfigureAwait(false);
                    }
                    catch (Exception e) when (ResultScan.IsBroken(e))
                    {
                        return (reply, e);
                    }

                    if (count == 0)
                    {
                        return (reply, null);
                    }

                    file.Write(piece.AsSpan(0, count));
                    total += count;
                    written.TryWrite(total);
                    digest.AppendData(piece, 0, count);
                    received?.Report(total);
                    Milestone.Pass("downloading");
                }
            }
        }
        finally
        {
            written.Complete(); // the failure itself is the task's
        }
    }
}
