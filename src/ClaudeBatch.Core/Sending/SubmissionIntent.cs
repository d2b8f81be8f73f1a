using System.Text.Json;
using System.Text.Json.Serialization;
using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Sending;

/// <summary>What the account looked like just before a create: a batch that appears later and is not in it may be ours.</summary>
/// <param name="KnownIds">The newest batches of the account.</param>
/// <param name="NewestCreatedAt">The service's time of the newest of them.</param>
/// <param name="ServiceDate">The service's clock at the list call.</param>
public sealed record SubmissionIntent(IReadOnlyList<string> KnownIds, DateTimeOffset? NewestCreatedAt, DateTimeOffset? ServiceDate)
{
    /// <summary>A batch made before cannot be ours; by the service's clock on both sides.</summary>
    public DateTimeOffset? NotBefore => (NewestCreatedAt ?? ServiceDate) - AccountList.Slack;

    public static SubmissionIntent Of(AccountList list) => new([.. list.Batches.Select(static b => b.Id)], list.NewestCreatedAt, list.Headers.Date);

    /// <exception cref="ClaudeBatchException"><c>LedgerUnreadable</c>.</exception>
    internal static SubmissionIntent Of(BatchRecord batch)
        => batch.Intent is { } json && JsonSerializer.Deserialize(json, SubmissionJson.Default.SubmissionIntent) is { } intent
            ? intent
            : throw new ClaudeBatchException(
                FailureKind.Storage, "LedgerUnreadable", $"Batch '{batch.Key}' is {batch.State} and the ledger does not say what went before.")
            { Target = batch.Key };

    internal string ToJson() => JsonSerializer.Serialize(this, SubmissionJson.Default.SubmissionIntent);
}

[JsonSerializable(typeof(SubmissionIntent))]
internal sealed partial class SubmissionJson : JsonSerializerContext;
