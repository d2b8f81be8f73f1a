using ClaudeBatch.Core.Api;

namespace ClaudeBatch.Core.Account;

/// <summary>The account's newest batches, read page by page with list calls.</summary>
/// <param name="Batches">The batches, the newest first.</param>
/// <param name="Headers">The headers of the last page's reply: the organization, the workspace and the service's time.</param>
public sealed record AccountList(IReadOnlyList<MessageBatch> Batches, ReplyHeaders Headers)
{
    /// <summary>
    /// A list may lag behind the account: a batch that is not in it yet may appear in a later list although its <c>created_at</c> is before
    /// that of the newest batch listed here. This is how much earlier it may be. It is our assumption; the service documents no bound.
    /// </summary>
    public static readonly TimeSpan Slack = TimeSpan.FromSeconds(60);

    private const int Page = 100;

    private const int LargePage = 1_000;

    /// <summary>The latest <c>created_at</c> of the batches, by the service's clock; null where there are none.</summary>
    public DateTimeOffset? NewestCreatedAt => Batches.Count == 0 ? null : Batches.Max(static b => b.CreatedAt);

    /// <summary>Lists the batches page by page, until all that were created after a time are there.</summary>
    /// <param name="api">The service.</param>
    /// <param name="backTo">Batches created before this time need not be listed. Null stands for one minute (<see cref="Slack"/>) before
    /// the newest batch.</param>
    /// <param name="cancellationToken">Ends the calls.</param>
    /// <exception cref="ClaudeBatchException"><c>ListEndless</c>; or an error that the service replied with.</exception>
    public static async Task<AccountList> FetchAsync(BatchApi api, DateTimeOffset? backTo, CancellationToken cancellationToken)
    {
        List<MessageBatch> batches = [];
        ReplyHeaders? headers = null;
        await foreach (Reply<BatchPage> reply in api.ListPagesAsync(backTo is null ? Page : LargePage, cancellationToken)
            .ConfigureAwait(false))
        {
            batches.AddRange(reply.Value.Data);
            headers = reply.Headers;
            DateTimeOffset? enough = backTo ?? (batches.Count > 0 ? batches[0].CreatedAt - Slack : null);
            if (reply.Value.Data.Count > 0 && reply.Value.Data[^1].CreatedAt < enough)
            {
                break;
            }
        }

        return new AccountList(batches, headers!);
    }
}
