using System.Text.Json;
using System.Text.Json.Serialization;
using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Sending;

/// <summary>
/// What a list of the account showed just before a create call. A batch that a later list shows and this one did not may be the one created
/// by the call.
/// </summary>
/// <param name="KnownIds">The service's ids of the account's newest batches.</param>
/// <param name="NewestCreatedAt">The <c>created_at</c> of the newest of these batches; null where the list was empty.</param>
public sealed record SubmissionIntent(IReadOnlyList<string> KnownIds, DateTimeOffset? NewestCreatedAt)
{
    /// <summary>
    /// The earliest <c>created_at</c> that a batch created by the call can have; null where the list was empty. A header <c>date</c> is no
    /// limit: the server that gives it may have another clock than the one that gives <c>created_at</c>.
    /// </summary>
    [JsonIgnore]
    public DateTimeOffset? EarliestCandidate => NewestCreatedAt - AccountList.Slack;

    public static SubmissionIntent Of(AccountList list)
        => new([.. list.Batches.Select(static b => b.Id)], list.NewestCreatedAt);

    /// <exception cref="ClaudeBatchException"><c>LedgerUnreadable</c>.</exception>
    internal static SubmissionIntent Of(BatchRecord batch)
        => batch.Intent is { } json && JsonSerializer.Deserialize(json, SubmissionJson.Default.SubmissionIntent) is { } intent
            ? intent
            : throw new ClaudeBatchException(
                FailureKind.Storage, "LedgerUnreadable", $"Batch '{batch.Key}' is {batch.State} and the ledger does not say what went "
                    + $"before.")
            { Target = batch.Key };

    internal string ToJson() => JsonSerializer.Serialize(this, SubmissionJson.Default.SubmissionIntent);
}

[JsonSerializable(typeof(SubmissionIntent))]
internal sealed partial class SubmissionJson : JsonSerializerContext;
