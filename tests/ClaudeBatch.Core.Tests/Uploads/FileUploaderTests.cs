using System.Net;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Uploads;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Uploads;

/// <summary>A file goes up once for all jobs of a ledger, as long as the service has it.</summary>
public sealed class FileUploaderTests : IDisposable
{
    private readonly UploadFixture _scene = new();

    private EngineFixture Engine => _scene.Engine;

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void Requests_that_name_the_same_content_share_one_upload_whatever_its_path_and_job()
    {
        SealedInput first = _scene.Seal("one", 20, _scene.Pdf());
        SealedInput second = _scene.Seal("two", 20, _scene.Pdf("copy.pdf"));

        string id = Assert.Single(_scene.AtService);
        Assert.All(_scene.IdsIn(first.NewBatches[0]).Concat(_scene.IdsIn(second.NewBatches[0])), named => Assert.Equal(id, named));
        Assert.Equal(20, _scene.IdsIn(second.NewBatches[0]).Count);
        Assert.Single(Engine.Journal(EventKind.FileUploaded));
    }

    [Fact]
    public async Task A_file_that_was_deleted_at_the_service_is_uploaded_again_by_the_next_job()
    {
        _scene.Seal("one", 1, _scene.Pdf());
        string gone = Assert.Single(_scene.AtService);
        await _scene.DeleteAtServiceAsync(gone);

        SealedInput next = _scene.Seal("two", 1, _scene.Pdf());

        string id = Assert.Single(_scene.AtService);
        Assert.NotEqual(gone, id);
        Assert.Equal([id], _scene.IdsIn(next.NewBatches[0]));
    }

    [Fact]
    public void A_file_that_expires_too_soon_is_uploaded_again()
    {
        _scene.Seal("one", 1, _scene.Pdf());
        Engine.Clock.Advance(TimeSpan.FromDays(22));
        _scene.Seal("two", 1, _scene.Pdf());
        Assert.Single(_scene.AtService);
        Engine.Clock.Advance(TimeSpan.FromDays(1.5)); // six and a half days are left

        _scene.Seal("three", 1, _scene.Pdf());

        Assert.Equal(2, _scene.AtService.Length);
    }

    [Theory]
    [InlineData(1, 1, 30, 7)]
    [InlineData(3, 6, 38, 19)]
    [InlineData(10, 10, 90, 89)]
    public void Files_are_kept_for_all_attempts_in_all_rounds(int attempts, int rounds, int days, int least)
        => Assert.Equal(
            new UploadTerms(TimeSpan.FromDays(days), TimeSpan.FromDays(least)), UploadTerms.For(attempts, rounds));

    [Fact]
    public void Many_files_are_looked_for_with_few_calls()
    {
        string[] paths = [.. Enumerable.Range(0, 150).Select(i => _scene.Pdf($"{i}.pdf", $"content {i}"))];
        _scene.Seal("one", paths.Select((p, i) => UploadFixture.Request($"r{i}", p)));
        int looks = 0;
        _scene.Network.Before = request =>
        {
            looks += UploadFixture.IsFileCall(request, HttpMethod.Get) ? 1 : 0;
            return null;
        };

        _scene.Seal("two", paths.Select((p, i) => UploadFixture.Request($"r{i}", p)));

        Assert.Equal((2, 150), (looks, _scene.AtService.Length));
    }

    [Fact]
    public void A_lost_reply_is_told_and_the_file_goes_up_again()
    {
        Engine.Plan.Faults = [new EmulatorFault(FaultKind.FileLostReply)];

        SealedInput input = _scene.Seal("job", 3, _scene.Pdf());

        Assert.Equal(2, _scene.AtService.Length); // one of them is nobody's
        Assert.Contains(_scene.Said, static s => s.Contains("costs nothing", StringComparison.Ordinal));
        Assert.Single(_scene.IdsIn(input.NewBatches[0]).Distinct());
        Assert.Single(Engine.Ledger.Uploads.OfJob(input.Job.Id));
    }

    [Fact]
    public void A_rate_limit_is_waited_for_as_long_as_the_service_asks()
    {
        Engine.Plan.Faults = [new EmulatorFault(FaultKind.FileRefuse) { Status = 429, RetryAfter = 90, Times = 2 }];
        DateTimeOffset begin = Engine.Clock.GetUtcNow();

        _scene.Seal("job", 1, _scene.Pdf());

        Assert.Single(_scene.AtService);
        Assert.True(Engine.Clock.GetUtcNow() - begin >= TimeSpan.FromSeconds(180));
    }

    [Theory]
    [InlineData(413, null, "FileTooLarge", true)]
    [InlineData(400, null, "FileRefused", true)]
    [InlineData(400, "storage_quota_exceeded", "StorageQuotaExceeded", false)]
    public void What_the_service_refuses_is_an_error_that_names_the_file(int status, string? code, string id, bool isOfFile)
    {
        string path = _scene.Pdf();
        Engine.Plan.Faults = [new EmulatorFault(FaultKind.FileRefuse) { Status = status, Code = code }];

        ClaudeBatchException failure = Assert.Throws<ClaudeBatchException>(() => _scene.Seal("job", 1, path));

        Assert.Equal((id, path, isOfFile), (failure.Id, failure.Target, failure.IsOfFile));
        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_went_up_before_the_storage_was_full_is_used_by_the_next_run()
    {
        Engine.Plan.FileStorage = 30;
        PreparedRequest[] requests =
            [UploadFixture.Request("a", _scene.Pdf("a.pdf", "first")), UploadFixture.Request("b", _scene.Pdf("b.pdf", "second one"))];
        ClaudeBatchException failure = Assert.Throws<ClaudeBatchException>(() => _scene.Seal("job", requests));
        Assert.Equal("StorageQuotaExceeded", failure.Id);
        string first = Assert.Single(_scene.AtService);
        Engine.Plan.FileStorage = null;

        SealedInput input = _scene.Seal("job", requests);

        Assert.Equal(2, _scene.AtService.Length);
        Assert.Contains(first, _scene.IdsIn(input.NewBatches[0]));
    }

    [Fact]
    public void A_file_that_was_changed_leaves_out_its_requests_alone()
    {
        string changed = _scene.Pdf("changed.pdf");
        PreparedRequest bad = UploadFixture.Request("bad", changed);
        File.AppendAllText(changed, "more");
        int uploads = 0;
        _scene.Network.Before = request =>
        {
            uploads += UploadFixture.IsFileCall(request, HttpMethod.Post) ? 1 : 0;
            return null;
        };
        using JobInput input = _scene.Open("job");
        for (int i = 0; i < 2; i++)
        {
            ClaudeBatchException failure = Assert.Throws<ClaudeBatchException>(() => UploadFixture.Add(input, bad with { CustomId = $"bad{i}" }));
            Assert.Equal(("FileChanged", changed), (failure.Id, failure.Target));
        }

        UploadFixture.Add(input, UploadFixture.Request("good", _scene.Pdf("good.pdf", "good")));
        SealedInput result = input.Seal();

        Assert.Equal((1, 1), (result.Accepted, uploads));
    }

    [Fact]
    public void A_file_that_is_gone_is_named()
    {
        string path = _scene.Pdf();
        PreparedRequest request = UploadFixture.Request("a", path);
        File.Delete(path);

        ClaudeBatchException failure = Assert.Throws<ClaudeBatchException>(() => _scene.Seal("job", [request]));

        Assert.Equal(("PathNotFound", path, true), (failure.Id, failure.Target, failure.IsOfFile));
    }

    [Fact]
    public async Task Another_process_that_uploads_the_same_file_is_waited_for_and_its_upload_used()
    {
        string path = _scene.Pdf();
        FileToUpload file = Attachment.Uploaded(path, isImage: false).Upload!;
        JobRecord job = Engine.Ledger.Jobs.FindOrCreate("job", Engine.Connection, 1);
        JobRecord other = Engine.Ledger.Jobs.FindOrCreate("other", Engine.Connection, 1);
        OwnershipLock taken = OwnershipLock.TryTake(Engine.Ledger.Folder, $"file-{file.Digest[..2]}")!;
        using JobLedger theirs = JobLedger.Open(Engine.Ledger.Folder, Engine.Clock);
        FileUploader waiting = new(theirs, Engine.Api, said =>
        {
            if (said.Contains("waited for", StringComparison.Ordinal))
            {
                // What the one that has the lock does.
                Engine.Ledger.Uploads.Add(
                    other.Id, path, file.Name, Engine.Connection.BaseAddress.AbsoluteUri, StoredByHand(file));
                taken.Dispose();
            }
        });

        string id = await waiting.IdOfAsync(job, file, UploadTerms.For(1, 1), CancellationToken.None);

        Assert.Equal([id], _scene.AtService);
        Assert.Equal(0, waiting.Uploaded);
    }

    [Theory]
    [InlineData("a:b*c?.pdf", "a_b_c_.pdf")]
    [InlineData("tab\tline\n.pdf", "tab_line_.pdf")]
    [InlineData("Ümläut \"zitiert\".pdf", "Ümläut _zitiert_.pdf")]
    public void A_name_is_sent_without_what_the_service_refuses(string name, string sent)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Such files do not exist there.");
        _scene.Seal("job", 1, _scene.Pdf(name));

        string kept = File.ReadAllText(Directory.GetFiles(Path.Combine(Engine.Root, "service", "files"), "*.json")[0]);
        Assert.Equal(sent, System.Text.Json.JsonDocument.Parse(kept).RootElement.GetProperty("Name").GetString());
    }

    [Fact]
    public void A_refused_connection_is_tried_again_without_a_word_of_an_orphan()
    {
        int calls = 0;
        _scene.Network.Before = request => UploadFixture.IsFileCall(request, HttpMethod.Post) && calls++ == 0
            ? throw new HttpRequestException(HttpRequestError.ConnectionError, "refused", null, HttpStatusCode.BadGateway)
            : null;

        _scene.Seal("job", 1, _scene.Pdf());

        Assert.Single(_scene.AtService);
        Assert.DoesNotContain(_scene.Said, static s => s.Contains("costs nothing", StringComparison.Ordinal));
    }

    private UploadedFile StoredByHand(FileToUpload file)
    {
        StoredFile stored = Engine.Api.UploadAsync(
            new FileUpload(file.Path, file.Name, file.MediaType, Convert.FromHexString(file.Digest), TimeSpan.FromDays(30)), CancellationToken.None)
            .GetAwaiter().GetResult().Value;
        return new UploadedFile(
            0, stored.Id, null, file.Digest, file.MediaType, file.Length, Engine.Clock.GetUtcNow().UtcDateTime, stored.ExpiresAt?.UtcDateTime, null);
    }
}
