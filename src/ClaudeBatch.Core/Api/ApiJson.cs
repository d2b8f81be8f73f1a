using System.Text.Json;

namespace ClaudeBatch.Core.Api;

/// <summary>Reads the objects in the service's replies. A field that is not known is ignored, and a field that is absent is null.</summary>
/// <remarks>No serializer is used: preparing one for these types takes about a tenth of the time of a process's first call.</remarks>
internal static class ApiJson
{
    /// <exception cref="JsonException">The object lacks its id, its status, its counts or the time of its creation.</exception>
    public static MessageBatch Batch(JsonElement batch) => new()
    {
        Id = RequiredText(batch, "id"),
        ProcessingStatus = RequiredText(batch, "processing_status"),
        RequestCounts = Counts(Known(batch, "request_counts") ?? throw Lacks("request_counts")),
        CreatedAt = Time(batch, "created_at") ?? throw Lacks("created_at"),
        EndedAt = Time(batch, "ended_at"),
        ExpiresAt = Time(batch, "expires_at"),
        CancelInitiatedAt = Time(batch, "cancel_initiated_at"),
        ArchivedAt = Time(batch, "archived_at"),
    };

    /// <exception cref="JsonException">The page has no list, or an entry that cannot be read: such a page does not tell which batches there
    /// are.</exception>
    public static BatchPage Batches(JsonElement page) => new()
    {
        Data = [.. (Known(page, "data") ?? throw Lacks("data")).EnumerateArray().Select(ListedBatch)],
        HasMore = Known(page, "has_more")?.GetBoolean() ?? false,
        LastId = Text(page, "last_id"),
    };

    private static MessageBatch ListedBatch(JsonElement entry) => Batch(entry) is var batch && ServiceIds.IsPlausible(batch.Id)
        ? batch
        : throw new JsonException("An entry has an id that no batch can have.");

    public static ModelPage Models(JsonElement page) => new()
    {
        Data = [.. Items(page).Select(Model)],
        HasMore = Known(page, "has_more")?.GetBoolean() ?? false,
        LastId = Text(page, "last_id"),
    };

    public static TokenCount Tokens(JsonElement count) => new(Known(count, "input_tokens")?.GetInt64() ?? 0);

    /// <exception cref="JsonException">The object lacks its id.</exception>
    public static StoredFile File(JsonElement file) => new(RequiredText(file, "id"), Time(file, "expires_at"));

    /// <exception cref="JsonException">The page has no list, or an entry that cannot be read: such a page does not tell which files there
    /// are.</exception>
    public static IReadOnlyList<StoredFile> Files(JsonElement page)
        => [.. (Known(page, "data") ?? throw Lacks("data")).EnumerateArray().Select(File)];

    public static string? DeletedFile(JsonElement file) => Text(file, "id");

    public static DeletedBatch Deleted(JsonElement batch) => new(Text(batch, "id"));

    /// <summary>Reads an error object; null where the JSON is not the service's error object.</summary>
    public static ErrorEnvelope? Error(JsonElement envelope)
        => Text(envelope, "type") == "error" && Known(envelope, "error") is { } error && Text(error, "type") is { Length: > 0 } type
            ? new ErrorEnvelope(ErrorBody(type, error), Text(envelope, "request_id"))
            : null;

    /// <summary>The message of an error that is not the service's own: as Google writes it, or as gateways of AWS do; null for another
    /// body.</summary>
    public static string? ForeignMessage(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        JsonElement? said = Known(body, "error") is { ValueKind: JsonValueKind.Object } error
            ? Known(error, "message")
            : Known(body, "message") ?? Known(body, "Message");
        return said is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
    }

    private static ErrorBody ErrorBody(string type, JsonElement error)
        => new(type, Text(error, "message"), Known(error, "details") is { } details ? Details(details) : null);

    /// <summary>
    /// Reads what an error says of itself besides its message. A detail that has another shape than the documented one is null.
    /// </summary>
    public static ErrorDetails Details(JsonElement details) => new(
        Known(details, "error_code") is { ValueKind: JsonValueKind.String } code ? code.GetString() : null,
        Known(details, "max_side_length_pixels") is { ValueKind: JsonValueKind.Number } most && most.TryGetInt64(out long pixels)
            ? pixels
            : null,
        Known(details, "paths") is { ValueKind: JsonValueKind.Array } paths
            ? [.. paths.EnumerateArray().Where(static p => p.ValueKind == JsonValueKind.String).Select(static p => p.GetString()!)]
            : null);

    private static RequestCounts Counts(JsonElement counts)
        => new(
            Count(counts, "processing"),
            Count(counts, "succeeded"),
            Count(counts, "errored"),
            Count(counts, "canceled"),
            Count(counts, "expired"));

    private static ServiceModel Model(JsonElement model) => new()
    {
        Id = RequiredText(model, "id"),
        DisplayName = Text(model, "display_name"),
        Lifecycle = Text(model, "lifecycle"),
        DeprecatedAt = Time(model, "deprecated_at"),
        RetiresAt = Time(model, "retires_at"),
        MaxInputTokens = Known(model, "max_input_tokens")?.GetInt32(),
        MaxTokens = Known(model, "max_tokens")?.GetInt32(),
    };

    private static JsonElement.ArrayEnumerator Items(JsonElement page) => Known(page, "data")?.EnumerateArray() ?? default;

    private static string RequiredText(JsonElement of, string name) => Text(of, name) ?? throw Lacks(name);

    private static string? Text(JsonElement of, string name) => Known(of, name)?.GetString();

    private static int Count(JsonElement of, string name) => Known(of, name)?.GetInt32() ?? 0;

    private static DateTimeOffset? Time(JsonElement of, string name) => Known(of, name)?.GetDateTimeOffset();

    private static JsonElement? Known(JsonElement of, string name)
        => of.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static JsonException Lacks(string name) => new($"It has no '{name}'.");
}
