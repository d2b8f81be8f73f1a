using System.Buffers;
using System.Security.Cryptography;
using System.Threading.Channels;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Results;

/// <summary>Brings the results of a batch to disk once, digested, flushed and scanned.</summary>
internal sealed class ResultDownload(JobLedger ledger, BatchApi api, PriceList prices)
{
    private const int PiecesAhead = 16;

    /// <summary>One task takes what comes, writes and digests it; this one reads the books meanwhile, and then the lines.</summary>
    /// <exception cref="ClaudeBatchException">What the service or the disk says.</exception>
    public async Task<(OutcomeTable Table, byte[] Digest)> RunAsync(
        BatchRecord batch, string partial, IProgress<long>? received, CancellationToken cancellationToken)
    {
        Channel<ArraySegment<byte>> pieces = Channel.CreateBounded<ArraySegment<byte>>(
            new BoundedChannelOptions(PiecesAhead) { SingleReader = true, SingleWriter = true });
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<byte[]> download = Task.Run(() => FetchAsync(batch, partial, pieces.Writer, received, stop.Token), CancellationToken.None);
        try
        {
            OutcomeTable table = OutcomeTable.For(ledger, batch, prices);
            using LineScanner scanner = new(table.Take);
            await foreach (ArraySegment<byte> piece in pieces.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                scanner.Feed(piece);
                ArrayPool<byte>.Shared.Return(piece.Array!);
            }

            byte[] digest = await download.ConfigureAwait(false);
            scanner.Complete();
            return (table, digest);
        }
        finally
        {
            // Whatever ended this, nobody writes the file any more when it is left.
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAny(download).ConfigureAwait(false);
        }
    }

    private async Task<byte[]> FetchAsync(
        BatchRecord batch, string partial, ChannelWriter<ArraySegment<byte>> pieces, IProgress<long>? received, CancellationToken cancellationToken)
    {
        const int size = 256 * 1024;
        try
        {
            Reply<Stream> reply = await api.OpenResultsAsync(batch.ServiceId!, cancellationToken).ConfigureAwait(false);
            await using (reply.Value.ConfigureAwait(false))
            {
                using IncrementalHash digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                using LedgerFile file = ledger.Folder.OpenForWriting(partial, FileMode.Create);
                long total = 0;
                while (true)
                {
                    byte[] buffer = ArrayPool<byte>.Shared.Rent(size);
                    int count = await reply.Value.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
                    if (count == 0)
                    {
                        break;
                    }

                    file.Write(buffer.AsSpan(0, count));
                    digest.AppendData(buffer, 0, count);
                    await pieces.WriteAsync(new ArraySegment<byte>(buffer, 0, count), cancellationToken).ConfigureAwait(false);
                    received?.Report(total += count);
                    Milestone.Pass("downloading");
                }

                Milestone.Pass("download-complete");
                file.FlushToDisk();
                return digest.GetHashAndReset();
            }
        }
        finally
        {
            pieces.Complete(); // the failure itself is the task's
        }
    }
}
