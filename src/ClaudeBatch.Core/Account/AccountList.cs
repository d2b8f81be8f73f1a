using ClaudeBatch.Core.Api;

namespace ClaudeBatch.Core.Account;

/// <summary>The account's newest batches, as one listing showed them.</summary>
/// <param name="Batches">Newest first.</param>
/// <param name="Headers">Who the service says we are, and its clock.</param>
public sealed record AccountList(IReadOnlyList<MessageBatch> Batches, ReplyHeaders Headers)
{
    /// <summary>How much older than the newest batch a list a batch may be that shows up late.</summary>
    public static readonly TimeSpan Slack = TimeSpan.FromSeconds(60);

    private const int Page = 100;

    private const int LargePage = 1_000;

    public DateTimeOffset? NewestCreatedAt => Batches.Count == 0 ? null : Batches.Max(static b => b.CreatedAt);

    /// <summary>Lists as far back as is needed, page by page.</summary>
    /// <param name="api">The service.</param>
    /// <param name="backTo">Batches made before need not be listed; null for those made in the minute before the newest.</param>
    /// <param name="cancellationToken">Ends the calls.</param>
    public static async Task<AccountList> FetchAsync(BatchApi api, DateTimeOffset? backTo, CancellationToken cancellationToken)
    {
        List<MessageBatch> batches = [];
        string? after = null;
        while (true)
        {
            Reply<BatchPage> reply = await api.ListAsync(backTo is null ? Page : LargePage, after, cancellationToken).ConfigureAwait(false);
            batches.AddRange(reply.Value.Data);
            after = reply.Value.LastId;
            DateTimeOffset? enough = backTo ?? (batches.Count > 0 ? batches[0].CreatedAt - Slack : null);
            if (!reply.Value.HasMore || after is null || reply.Value.Data.Count == 0 || reply.Value.Data[^1].CreatedAt < enough)
            {
                return new AccountList(batches, reply.Headers);
            }
        }
    }
}
