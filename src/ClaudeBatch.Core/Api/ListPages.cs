using System.Runtime.CompilerServices;

namespace ClaudeBatch.Core.Api;

/// <summary>A page of a list: its entries' ids, and whether and after what the list goes on.</summary>
internal interface IListPage
{
    IEnumerable<string> Ids { get; }

    bool HasMore { get; }

    string? LastId { get; }
}

/// <summary>Reads lists page by page, as long as each page brings something new.</summary>
internal static class ListPages
{
    /// <param name="get">Gets the page after an id; null for the first page.</param>
    /// <param name="what">What is listed, in the plural, for messages.</param>
    /// <param name="cancellationToken">Ends the calls.</param>
    /// <exception cref="ClaudeBatchException"><c>ListEndless</c>: the list says that it goes on, and repeats itself or does not say after
    /// what. Such a list is not complete, and reading it would never end.</exception>
    public static async IAsyncEnumerable<Reply<TPage>> AllAsync<TPage>(
        Func<string?, Task<Reply<TPage>>> get, string what, [EnumeratorCancellation] CancellationToken cancellationToken)
        where TPage : IListPage
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        string? after = null;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Reply<TPage> reply = await get(after).ConfigureAwait(false);
            bool bringsNew = false;
            foreach (string id in reply.Value.Ids)
            {
                bringsNew |= seen.Add(id);
            }

            if (reply.Value.HasMore && (!bringsNew || reply.Value.LastId is null || reply.Value.LastId == after))
            {
                throw new ClaudeBatchException(
                    FailureKind.InvalidData,
                    "ListEndless",
                    $"The service's list of {what} says that it goes on after {seen.Count} of them, and gives no further ones. Something "
                        + "between here and the service may repeat its replies; check the base address.")
                { RequestId = reply.Headers.RequestId };
            }

            yield return reply;
            if (!reply.Value.HasMore)
            {
                yield break;
            }

            after = reply.Value.LastId;
        }
    }
}
