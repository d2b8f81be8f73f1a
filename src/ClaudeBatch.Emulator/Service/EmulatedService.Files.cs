using System.Globalization;

namespace ClaudeBatch.Emulator;

/// <content>The Files API.</content>
public sealed partial class EmulatedService
{
    private const string Files = "/v1/files";

    private const long LongestFile = 500_000_000;

    // With the form around it.
    private const long LongestBodyOfFile = LongestFile + 100_000;

    private const string RefusedInNames = "<>:\"|?*\\/";

    private const int MostIds = 100;

    private const int LongestName = 255;

    private static readonly TimeSpan s_shortestLife = TimeSpan.FromHours(1);

    private static readonly TimeSpan s_longestLife = TimeSpan.FromDays(90);

    private readonly FileStore _files = new(stateFolder);

    private async Task<EmulatedReply> FilesAsync(
        EmulatedRequest request, string[] rest, string workspace, CancellationToken cancellationToken) => (request.Method, rest) switch
        {
            ("POST", []) => await UploadAsync(request, workspace, cancellationToken).ConfigureAwait(false),
            ("GET", []) => ListFiles(request.Query, workspace),
            ("GET", [string id]) => EmulatedReply.Json(Written(KnownFile(id, workspace).Write)),
            ("GET", [string id, "content"]) => throw NoContent(KnownFile(id, workspace)),
            ("DELETE", [string id]) => await DeleteFileAsync(id, workspace, cancellationToken).ConfigureAwait(false),
            _ => throw ServiceError.NotFound("Not Found"),
        };

    private async Task<EmulatedReply> UploadAsync(EmulatedRequest request, string workspace, CancellationToken cancellationToken)
    {
        EmulatorFault? fault = await Faults
            .MeetAsync(cancellationToken, FaultKind.FileRefuse, FaultKind.FileLostReply).ConfigureAwait(false);
        string boundary = FormBody.Boundary(request.Header("Content-Type"));
        if (long.TryParse(request.Header("Content-Length"), CultureInfo.InvariantCulture, out long length) && length > LongestBodyOfFile)
        {
            throw new ServiceError(413, "request_too_large", "File exceeds the maximum size");
        }

        string incoming = _files.NewIncoming();
        try
        {
            FileStream file = new(incoming, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
            await using (file.ConfigureAwait(false))
            {
                await request.CopyBody(file, cancellationToken).ConfigureAwait(false);
            }

            if (fault?.Kind == FaultKind.FileRefuse)
            {
                return EmulatedReply.Refusal(fault);
            }

            KeptFile made = FileOf(incoming, boundary, workspace);
            await _store.AloneAsync(() => Keep(made), cancellationToken).ConfigureAwait(false);
            return fault is null ? EmulatedReply.Json(Written(made.Write)) : EmulatedReply.Lost;
        }
        finally
        {
            File.Delete(incoming);
        }
    }

    private KeptFile FileOf(string body, string boundary, string workspace)
    {
        List<FormBody.Part> parts = FormBody.Read(body, boundary);
        FormBody.Part file = parts.Find(static p => p.Name == "file") ?? throw ServiceError.Invalid("file: Field required");
        if (parts.Find(static p => p.Name is not ("file" or "expires_in_seconds")) is { } unknown)
        {
            throw ServiceError.Invalid($"{unknown.Name}: Extra inputs are not permitted");
        }

        DateTimeOffset now = clock.GetUtcNow();
        return file.Length switch
        {
            0 => throw ServiceError.Invalid("file: The file is empty"),
            > LongestFile => throw new ServiceError(413, "request_too_large", "File exceeds the maximum size"),
            _ => new KeptFile
            {
                Id = _newId("file_"),
                Name = NameOf(file),
                MediaType = file.MediaType ?? "application/octet-stream",
                Size = file.Length,
                CreatedAt = now,
                ExpiresAt = now + LifeOf(parts.Find(static p => p.Name == "expires_in_seconds"), body),
                WorkspaceId = workspace,
            },
        };
    }

    private static string NameOf(FormBody.Part file)
    {
        string name = file.FileName ?? string.Empty;
        return name.Length is 0 or > LongestName
            || name.Any(static c => RefusedInNames.Contains(c, StringComparison.Ordinal) || char.IsControl(c))
            ? throw ServiceError.Invalid("filename: must have 1 to 255 characters, and none of < > : \" | ? * \\ /")
            : name;
    }

    private static TimeSpan? LifeOf(FormBody.Part? part, string body)
    {
        if (part is null)
        {
            return null;
        }

        return long.TryParse(FormBody.Text(body, part), CultureInfo.InvariantCulture, out long seconds)
            && seconds >= s_shortestLife.TotalSeconds && seconds <= s_longestLife.TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw ServiceError.Invalid("expires_in_seconds: Input should be between 3600 and 7776000");
    }

    private bool Keep(KeptFile file)
    {
        if (plan.FileStorage is { } most && _files.Size + file.Size > most)
        {
            throw new ServiceError(400, "invalid_request_error", "The organization's file storage is full.")
            {
                Code = "storage_quota_exceeded",
            };
        }

        _files.Save(file);
        return true;
    }

    private EmulatedReply ListFiles(string query, string workspace)
    {
        DateTimeOffset now = clock.GetUtcNow();
        string[] ids =
        [
            .. query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
                .Select(static p => p.Split('=', 2)).Where(static p => Uri.UnescapeDataString(p[0]) == "ids[]")
                .Select(static p => Uri.UnescapeDataString(p.ElementAtOrDefault(1) ?? string.Empty)),
        ];
        if (ids.Length > 0)
        {
            return ids.Length > MostIds
                ? throw ServiceError.Invalid("ids: at most 100 ids may be given")
                : Page([.. ids.Distinct().Select(id => _files.Find(id, workspace, now)).OfType<KeptFile>()], next: null);
        }

        Dictionary<string, string> arguments = Arguments(query);
        int limit = 20;
        if (arguments.TryGetValue("limit", out string? text)
            && (!int.TryParse(text, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > 1000))
        {
            throw ServiceError.Invalid("limit: Input should be between 1 and 1000");
        }

        int start = 0;
        if (arguments.TryGetValue("page", out string? cursor)
            && !(cursor.StartsWith("page_", StringComparison.Ordinal)
                && int.TryParse(cursor.AsSpan(5), CultureInfo.InvariantCulture, out start)))
        {
            throw ServiceError.Invalid("page: The cursor is not valid");
        }

        List<KeptFile> all = _files.All(workspace, now);
        return Page(
            [.. all.Skip(start).Take(limit)],
            start + limit < all.Count ? string.Create(CultureInfo.InvariantCulture, $"page_{start + limit}") : null);
    }

    private static EmulatedReply Page(List<KeptFile> files, string? next) => EmulatedReply.Json(Written(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("data"u8);
        files.ForEach(f => f.Write(writer));
        writer.WriteEndArray();
        writer.WriteString("next_page"u8, next);
        writer.WriteEndObject();
    }));

    private async Task<EmulatedReply> DeleteFileAsync(string id, string workspace, CancellationToken cancellationToken)
    {
        await _store.AloneAsync(
            () =>
            {
                _files.Delete(KnownFile(id, workspace).Id);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        return EmulatedReply.Json(Written(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, id);
            writer.WriteString("type"u8, "file_deleted"u8);
            writer.WriteEndObject();
        }));
    }

    private KeptFile KnownFile(string id, string workspace)
        => _files.Find(id, workspace, clock.GetUtcNow()) ?? throw ServiceError.NotFound($"File `{id}` not found.");

    private ServiceError NoContent(KeptFile file) => file.HasExpired(clock.GetUtcNow())
        ? new ServiceError(404, "not_found_error", $"File `{file.Id}` has expired.") { Code = "file_expired" }
        : new ServiceError(400, "invalid_request_error", $"File `{file.Id}` is not downloadable.") { Code = "file_not_downloadable" };
}
