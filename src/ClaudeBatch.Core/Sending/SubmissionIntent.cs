using System.Buffers;
using System.Text;
using System.Text.Json;
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
    public DateTimeOffset? EarliestCandidate => NewestCreatedAt - AccountList.Slack;

    public static SubmissionIntent Of(AccountList list)
        => new([.. list.Batches.Select(static b => b.Id)], list.NewestCreatedAt);

    /// <exception cref="ClaudeBatchException"><c>LedgerUnreadable</c>.</exception>
    internal static SubmissionIntent Of(BatchRecord batch)
        => batch.Intent is { } json
            ? Parse(json)
            : throw new ClaudeBatchException(
                FailureKind.Storage, "LedgerUnreadable", $"Batch '{batch.Key}' is {batch.State} and the ledger does not say what went "
                    + $"before.")
            { Target = batch.Key };

    // Without a serializer, of which a process that submits once would compile a hundred methods.
    internal string ToJson()
    {
        ArrayBufferWriter<byte> json = new();
        using (Utf8JsonWriter writer = new(json))
        {
            writer.WriteStartObject();
            writer.WriteStartArray(nameof(KnownIds));
            foreach (string id in KnownIds)
            {
                writer.WriteStringValue(id);
            }

            writer.WriteEndArray();
            writer.WritePropertyName(nameof(NewestCreatedAt));
            if (NewestCreatedAt is { } newest)
            {
                writer.WriteStringValue(newest);
            }
            else
            {
                writer.WriteNullValue();
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(json.WrittenSpan);
    }

    private static SubmissionIntent Parse(string json)
    {
        using JsonDocument intent = JsonDocument.Parse(json);
        JsonElement newest = intent.RootElement.GetProperty(nameof(NewestCreatedAt));
        return new SubmissionIntent(
            [.. intent.RootElement.GetProperty(nameof(KnownIds)).EnumerateArray().Select(static id => id.GetString()!)],
            newest.ValueKind == JsonValueKind.Null ? null : newest.GetDateTimeOffset());
    }
}
