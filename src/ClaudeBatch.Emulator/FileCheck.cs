using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>Looks up the files that a request names by their ids.</summary>
/// <param name="store">The uploaded files.</param>
/// <param name="workspace">The workspace of the request; null for any.</param>
/// <param name="now">The time at which the request is worked on.</param>
internal sealed class FileCheck(FileStore store, string? workspace, DateTimeOffset now)
{
    /// <summary>The bytes that the files of the last request would take within it.</summary>
    public long InlineBytes { get; private set; }

    /// <returns>The error, or null where all files are there and of the right kind.</returns>
    public ServiceError? Fault(JsonElement parameters)
    {
        InlineBytes = 0;
        return parameters.ValueKind == JsonValueKind.Object && parameters.TryGetProperty("messages", out JsonElement messages)
            ? Fault(messages, within: null)
            : null;
    }

    private ServiceError? Fault(JsonElement value, string? within)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            return value.EnumerateArray().Select(v => Fault(v, within)).FirstOrDefault(static e => e is not null);
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        string? type = TextOf(value, "type");
        if (type is "file" or "container_upload" && TextOf(value, "file_id") is { } id)
        {
            return FaultOf(id, type == "file" ? within : null);
        }

        foreach (JsonProperty member in value.EnumerateObject())
        {
            // What a tool was called with is the model's own.
            if (member.Name != "input" && Fault(member.Value, member.Name == "source" ? type : within) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    private ServiceError? FaultOf(string id, string? block)
    {
        if (store.Find(id, workspace, now) is not { } file)
        {
            return ServiceError.NotFound($"File `{id}` not found.");
        }

        if (file.HasExpired(now))
        {
            return new ServiceError(404, "not_found_error", $"File `{id}` has expired.") { Code = "file_expired" };
        }

        bool fits = block switch
        {
            "document" => file.MediaType is "application/pdf" or "text/plain",
            "image" => file.MediaType is "image/jpeg" or "image/png" or "image/gif" or "image/webp",
            _ => true,
        };
        InlineBytes += block is null ? 0 : file.MediaType == "text/plain" ? file.Size : (file.Size + 2) / 3 * 4;
        return fits
            ? null
            : ServiceError.Invalid($"File `{id}` has the type {file.MediaType}, which cannot be used in a block of the type {block}.");
    }

    private static string? TextOf(JsonElement value, string name)
        => value.TryGetProperty(name, out JsonElement member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;
}
