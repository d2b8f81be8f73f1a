using System.Net.Http.Headers;
using System.Text.Json;
using Anthropic;
using Anthropic.Core;
using Anthropic.Exceptions;
using Anthropic.Models.Files;
using ClaudeBatch.Emulator.Server;
using Microsoft.Extensions.Time.Testing;

namespace ClaudeBatch.Emulator.Tests;

/// <summary>The official C# SDK, unmodified, uploads files to the emulator's server, lists, uses and deletes them.</summary>
public sealed class OfficialFilesTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("claudebatch-files-").FullName;

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 21, 3, 0, 0, TimeSpan.Zero));

    private readonly EmulatorPlan _plan = new();

    private EmulatorServer? _server;

    private AnthropicClient? _client;

    private AnthropicClient Client => _client!;

    public async ValueTask InitializeAsync()
    {
        _server = await EmulatorServer.StartAsync(_folder, _plan, _clock);
        _client = new AnthropicClient { BaseUrl = _server.BaseAddress.AbsoluteUri.TrimEnd('/'), ApiKey = "sk-ant-test", MaxRetries = 0 };
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        await _server!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task An_upload_gives_the_file_and_it_can_be_looked_at()
    {
        FileMetadata made = await UploadAsync("Größe.pdf", expiresInSeconds: 3_600);

        Assert.StartsWith("file_01", made.ID, StringComparison.Ordinal);
        Assert.Equal(("Größe.pdf", "application/pdf", 9), (made.Filename, made.MimeType, made.SizeBytes));
        Assert.Equal(_clock.GetUtcNow(), made.CreatedAt);
        Assert.Equal(_clock.GetUtcNow() + TimeSpan.FromHours(1), made.ExpiresAt);
        Assert.False(made.Downloadable);
        Assert.Equal(made.ID, (await Client.Files.RetrieveMetadata(made.ID)).ID);
        Assert.Null((await UploadAsync("other.pdf")).ExpiresAt);
    }

    [Fact]
    public async Task Lists_go_on_by_themselves_and_can_be_asked_for_ids()
    {
        List<string> made = [];
        for (int i = 0; i < 5; i++)
        {
            made.Add((await UploadAsync($"{i}.pdf")).ID);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        List<string> all = [];
        await foreach (FileMetadata file in (await Client.Files.List(new FileListParams { Limit = 2 })).Paginate())
        {
            all.Add(file.ID);
        }

        Assert.Equal(Enumerable.Reverse(made), all);
        FileListPage some = await Client.Files.List(new FileListParams { Ids = [made[3], "file_01Unknown", made[1]] });
        Assert.Equal([made[3], made[1]], some.Items.Select(static f => f.ID));
    }

    [Fact]
    public async Task A_file_is_deleted_once()
    {
        FileMetadata made = await UploadAsync("a.pdf");

        await Client.Files.Delete(made.ID);

        await Assert.ThrowsAsync<AnthropicNotFoundException>(() => Client.Files.RetrieveMetadata(made.ID));
        await Assert.ThrowsAsync<AnthropicNotFoundException>(() => Client.Files.Delete(made.ID));
    }

    [Fact]
    public async Task What_was_uploaded_cannot_be_downloaded()
    {
        FileMetadata made = await UploadAsync("a.pdf", expiresInSeconds: 3_600);
        await Assert.ThrowsAsync<AnthropicFileNotDownloadableException>(() => Client.Files.Download(made.ID));

        _clock.Advance(TimeSpan.FromHours(2));

        await Assert.ThrowsAsync<AnthropicFileExpiredException>(() => Client.Files.Download(made.ID));
        Assert.Equal(made.ID, (await Client.Files.RetrieveMetadata(made.ID)).ID);
        _clock.Advance(TimeSpan.FromDays(31));
        await Assert.ThrowsAsync<AnthropicNotFoundException>(() => Client.Files.RetrieveMetadata(made.ID));
    }

    [Fact]
    public async Task A_full_storage_is_told_by_its_code()
    {
        _plan.FileStorage = 10;
        await UploadAsync("a.pdf");

        await Assert.ThrowsAsync<AnthropicStorageQuotaExceededException>(() => UploadAsync("b.pdf"));
    }

    [Theory]
    [InlineData("a<b.pdf", 3_600)]
    [InlineData("a.pdf", 60)]
    [InlineData("a.pdf", 7_776_001)]
    public async Task A_name_or_a_time_that_the_service_does_not_take_is_refused(string name, int seconds)
        => await Assert.ThrowsAsync<AnthropicBadRequestException>(() => UploadAsync(name, seconds));

    [Fact]
    public async Task Requests_that_name_files_are_answered_where_the_files_are_there_and_fit()
    {
        FileMetadata pdf = await UploadAsync("a.pdf");
        FileMetadata brief = await UploadAsync("b.pdf", expiresInSeconds: 3_600);
        FileMetadata deleted = await UploadAsync("c.pdf");
        await Client.Files.Delete(deleted.ID);
        _clock.Advance(TimeSpan.FromMinutes(59.5));

        Dictionary<string, string> ends = await RunAsync(
            ("there", Document(pdf.ID)),
            ("expired", Document(brief.ID)), // it expires while the batch runs
            ("deleted", Document(deleted.ID)),
            ("unknown", Document("file_01Unknown")),
            ("misused", Document(pdf.ID, "image")),
            ("container", """{"type":"container_upload","file_id":"file_01Unknown"}"""));

        Assert.Equal("succeeded", ends["there"]);
        Assert.Equal($"not_found_error: File `{brief.ID}` has expired.", ends["expired"]);
        Assert.Equal($"not_found_error: File `{deleted.ID}` not found.", ends["deleted"]);
        Assert.Equal("not_found_error: File `file_01Unknown` not found.", ends["unknown"]);
        Assert.StartsWith("invalid_request_error: File", ends["misused"], StringComparison.Ordinal);
        Assert.Equal("not_found_error: File `file_01Unknown` not found.", ends["container"]);
    }

    private static string Document(string id, string type = "document")
        => $$$"""{"type":"{{{type}}}","source":{"type":"file","file_id":"{{{id}}}"}}""";

    // With the bytes as they stand here: the SDK knows no wrong ones.
    private async Task<Dictionary<string, string>> RunAsync(params (string Id, string Block)[] requests)
    {
        using HttpClient http = new() { BaseAddress = _server!.BaseAddress };
        http.DefaultRequestHeaders.Add("x-api-key", "sk-ant-test");
        http.DefaultRequestHeaders.Add("anthropic-version", "2026-10-21");
        string items = string.Join(',', requests.Select(static r => ServiceFixture.Item(
            r.Id, $$$"""{"model":"claude-haiku-4-5","max_tokens":50,"messages":[{"role":"user","content":[{{{r.Block}}},{"type":"text","text":"Hi"}]}]}""")));
        using StringContent body = new($"{{\"requests\":[{items}]}}");
        using HttpResponseMessage made = await http.PostAsync(new Uri("v1/messages/batches", UriKind.Relative), body);
        string id = JsonDocument.Parse(await made.Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetString()!;
        _clock.Advance(TimeSpan.FromMinutes(2));
        string lines = await http.GetStringAsync(new Uri($"v1/messages/batches/{id}/results", UriKind.Relative));
        return lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => JsonDocument.Parse(l).RootElement)
            .ToDictionary(static l => l.GetProperty("custom_id").GetString()!, static l => End(l.GetProperty("result")));
    }

    private static string End(JsonElement result)
    {
        if (result.GetProperty("type").GetString() != "errored")
        {
            return result.GetProperty("type").GetString()!;
        }

        JsonElement error = result.GetProperty("error").GetProperty("error");
        return $"{error.GetProperty("type").GetString()}: {error.GetProperty("message").GetString()}";
    }

    private async Task<FileMetadata> UploadAsync(string name, int? expiresInSeconds = null)
    {
        BinaryContent content = new()
        {
            Stream = new MemoryStream("%PDF-1.4\n"u8.ToArray()),
            FileName = name,
            ContentType = new MediaTypeHeaderValue("application/pdf"),
        };
        return await Client.Files.Upload(
            expiresInSeconds is null
                ? new FileUploadParams { File = content }
                : new FileUploadParams { File = content, ExpiresInSeconds = expiresInSeconds });
    }
}
