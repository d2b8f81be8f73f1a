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
/// <param name="NewestCreatedAt">The <c>created_at</c> of the newest of these batches; null where the account had none.</param>
/// <param name="ServiceDate">The <c>date</c> header of the list's reply, which is the service's time; null where there was none.</param>
public sealed record SubmissionIntent(IReadOnlyList<string> KnownIds, DateTimeOffset? NewestCreatedAt, DateTimeOffset? ServiceDate)
{
    /// <summary>
    /// The earliest <c>created_at</c> that a batch created by the call can have, by the service's clock; null where that is not known.
    /// </summary>
    // The name in JSON is that of ledgers that exist.
    [JsonPropertyName("NotBefore")]
    public DateTimeOffset? EarliestCandidate => (NewestCreatedAt ?? ServiceDate) - AccountList.Slack;

    public static SubmissionIntent Of(AccountList list)
        => new([.. list.Batches.Select(static b => b.Id)], list.NewestCreatedAt, list.Headers.Date);

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
