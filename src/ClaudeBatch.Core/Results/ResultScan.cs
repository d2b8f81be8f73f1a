using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Json;

namespace ClaudeBatch.Core.Results;

/// <summary>Reads the results of a batch for the ids in them, without keeping them.</summary>
internal static class ResultScan
{
    /// <summary>Reads the results into a table.</summary>
    /// <param name="api">The service.</param>
    /// <param name="serviceId">The service's id of the batch.</param>
    /// <param name="table">Gets the outcomes.</param>
    /// <param name="cancellationToken">Cancels the download.</param>
    /// <returns>Whether the body came to its end, and each of its lines is a result. Otherwise the table says nothing about what is not in
    /// it.</returns>
    /// <exception cref="ClaudeBatchException">The service refuses the call or cannot be reached.</exception>
    public static async Task<bool> ReadAsync(BatchApi api, string serviceId, OutcomeTable table, CancellationToken cancellationToken)
    {
        using LineScanner scanner = new(table.Take);
        ResultsReply reply = await api.OpenResultsAsync(serviceId, cancellationToken).ConfigureAwait(false);
        await using (reply.ConfigureAwait(false))
        {
            byte[] buffer = new byte[64 * 1024];
            try
            {
                int count;
                while ((count = await reply.Body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
                {
                    scanner.Feed(buffer.AsSpan(0, count));
                }
            }
            catch (Exception e) when (IsBroken(e))
            {
                return false;
            }
        }

        scanner.Complete();
        return reply is { Status: 200, IsFramed: true } && table is { Lines: > 0, Unreadable: 0 };
    }

    /// <summary>Whether the exception says that a body broke off, or cannot be decoded.</summary>
    public static bool IsBroken(Exception e) => e is IOException or HttpRequestException or TimeoutException or InvalidDataException;
}
