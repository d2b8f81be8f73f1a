using System.Text;
using System.Text.Json;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Models;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Uploads;

/// <summary>Jobs whose requests name uploaded files: what they are known by, and what a retry does about files that are gone.</summary>
public sealed class UploadedJobTests : IDisposable
{
    private readonly UploadFixture _scene = new();

    private EngineFixture Engine => _scene.Engine;

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task The_same_rows_again_are_there_already_whichever_id_the_file_has()
    {
        string path = _scene.Pdf();
        await Engine.RunAsync(_scene.Seal("job", 3, path).NewBatches[0]);
        await _scene.DeleteAtServiceAsync(_scene.AtService[0]);

        SealedInput again = _scene.Seal("job", 3, path);

        Assert.Equal((0, 3), (again.Accepted, again.AlreadyThere));
        Assert.Empty(_scene.AtService); // nothing is sent, so nothing goes up
    }

    [Fact]
    public void A_document_with_another_content_is_another_request()
    {
        string path = _scene.Pdf();
        _scene.Seal("job", 1, path);
        File.WriteAllText(path, "%PDF-1.4\nanother edition");

        Assert.Equal("CustomIdConflict", Assert.Throws<ClaudeBatchException>(() => _scene.Seal("job", 1, path)).Id);
    }

    [Fact]
    public async Task An_answer_costs_what_it_would_cost_with_the_document_in_the_request()
    {
        string path = _scene.Pdf(content: new string('x', 30_000));
        SealedInput uploaded = _scene.Seal("uploaded", 1, path);
        using RequestTemplate template = new("claude-haiku-4-5", 100, []);
        SealedInput inline = Engine.Seal("inline", [template.Render("r1", "Hi", [Attachment.Document(path)])]);

        await Engine.RunAsync(uploaded.NewBatches[0]);
        await Engine.RunAsync(inline.NewBatches[0]);

        long one = InputTokens(_scene.LineOf(uploaded.NewBatches[0], "r1"));
        long other = InputTokens(_scene.LineOf(inline.NewBatches[0], "r1"));
        Assert.InRange(one, other * 0.99, other * 1.01);
        Assert.True(uploaded.NewBatches[0].SizeInBytes < 500);
    }

    [Theory]
    [InlineData("%PDF-1.4\n")]
    [InlineData("Plain text. ")]
    public void An_estimate_counts_an_uploaded_document_as_if_it_stood_in_the_request(string head)
    {
        string path = Path.Combine(Engine.Root, "document");
        File.WriteAllText(path, head + new string('x', 30_000));
        using RequestTemplate template = new("claude-haiku-4-5", 100, []);

        CostEstimate uploaded = Estimate(template.Render("a", "Hi", [Attachment.Uploaded(path, isImage: false)]));
        CostEstimate inline = Estimate(template.Render("a", "Hi", [Attachment.Document(path)]));

        Assert.InRange((double)uploaded.High!.Value, inline.High!.Value * 0.99, inline.High.Value * 1.01);
        Assert.InRange((double)uploaded.Low!.Value, inline.Low!.Value * 0.99, inline.Low.Value * 1.01);
    }

    [Fact]
    public void A_line_with_a_placeholder_and_no_file_is_refused_before_it_is_sent()
    {
        PreparedRequest request = UploadFixture.Request("a", _scene.Pdf());
        using JobInput input = Engine.OpenInput("job", checker: Checker());

        Assert.Equal(InputVerdict.Refused, input.AddLine(request.Utf8.Span, static () => "line 1"));
        Assert.Equal("UploadMissing", Assert.Single(input.Seal().Findings).Fault.Id);
    }

    [Fact]
    public void Requests_with_their_files_in_them_are_those_that_are_made_without_an_upload()
    {
        string pdf = _scene.Pdf();
        string text = Path.Combine(Engine.Root, "notes.txt");
        File.WriteAllText(text, "Tab\tand \"quotes\", ünd 😀\nline");
        using RequestTemplate template = new("claude-haiku-4-5", 100, []);
        string prompt = "Not a file: \"file_id\":\"upload_sha256_" + new string('A', 64) + "\"";
        PreparedRequest uploaded = template.Render("a", prompt, [Attachment.Uploaded(pdf, false), Attachment.Uploaded(text, false)]);
        PreparedRequest inline = template.Render("a", prompt, [Attachment.Document(pdf), Attachment.Document(text)]);

        byte[] made = UploadForms.Inline(uploaded.Utf8.Span, uploaded.Uploads!);

        Assert.True(JsonElement.DeepEquals(Json(inline.Utf8), Json(made)));
        Assert.Equal(2, UploadForms.PlaceholdersIn(uploaded.Utf8.Span).Count);
    }

    [Fact]
    public async Task A_file_that_is_gone_when_the_batch_runs_is_uploaded_again_for_the_retry()
    {
        SealedInput input = _scene.Seal("job", 2, _scene.Pdf(), maxAttempts: 2);
        string gone = _scene.AtService[0];
        await Engine.SendAsync(input.NewBatches[0]);
        await _scene.DeleteAtServiceAsync(gone);

        await EndAsync("job");

        Assert.Equal(2, Engine.Ledger.Jobs.Totals(Engine.Job("job")).Succeeded);
        BatchRecord retry = Engine.Ledger.Batches.OfJob(input.Job.Id)[1];
        Assert.Equal([_scene.AtService[0], _scene.AtService[0]], _scene.IdsIn(retry));
        Assert.NotEqual(gone, _scene.AtService[0]);
    }

    [Fact]
    public async Task A_file_that_expires_while_the_job_waits_is_uploaded_again_for_what_expired_with_it()
    {
        Engine.Plan.Expired = 1;
        SealedInput input = _scene.Seal("job", 2, _scene.Pdf(), maxAttempts: 2);
        await Engine.SendAsync(input.NewBatches[0]);
        Engine.Clock.Advance(TimeSpan.FromDays(25));
        Engine.Plan.Expired = 0;

        await EndAsync("job");

        Assert.Equal(2, _scene.AtService.Length);
        Assert.Equal(2, _scene.IdsIn(Engine.Ledger.Batches.OfJob(input.Job.Id)[1]).Count);
        Assert.Equal(2, Engine.Ledger.Jobs.Totals(Engine.Job("job")).Succeeded);
    }

    [Fact]
    public async Task A_file_that_is_gone_here_too_is_one_error_and_other_rows_go_on()
    {
        (string kept, string lost) = (_scene.Pdf("kept.pdf", "kept"), _scene.Pdf("lost.pdf", "lost"));
        SealedInput input = _scene.Seal(
            "job", [UploadFixture.Request("a", kept), UploadFixture.Request("b", lost), UploadFixture.Request("c", lost)], maxAttempts: 3);
        await Engine.SendAsync(input.NewBatches[0]);
        foreach (string id in _scene.AtService)
        {
            await _scene.DeleteAtServiceAsync(id);
        }

        File.AppendAllText(lost, "changed");

        IReadOnlyList<RoundNote> notes = await EndAsync("job");

        RoundNote note = Assert.Single(notes, static n => n.Weight == NoteWeight.Error);
        Assert.Equal("FileGone", note.Failure!.Id);
        Assert.Contains("'b', 'c'", note.Message, StringComparison.Ordinal);
        Assert.Contains(lost, note.Message, StringComparison.Ordinal);
        JobTotals totals = Engine.Ledger.Jobs.Totals(Engine.Job("job"));
        Assert.Equal((1, 2), (totals.Succeeded, totals.Errored));
        Assert.False(Engine.Step.IsDue(Engine.Job("job"), isNamed: true));
    }

    [Fact]
    public async Task A_conversation_that_goes_on_gets_no_other_id_and_fails()
    {
        string path = _scene.Pdf();
        SealedInput input = _scene.Seal("job", 1, path, maxAttempts: 3);
        Engine.Ledger.Database.Execute("UPDATE batch SET round = 2");
        Engine.Plan.Expired = 1;
        await Engine.RunAsync(input.NewBatches[0]);
        await _scene.DeleteAtServiceAsync(_scene.AtService[0]);

        IReadOnlyList<RoundNote> notes = await EndAsync("job");

        RoundNote note = Assert.Single(notes, static n => n.Weight == NoteWeight.Error);
        Assert.Contains("signatures", note.Message, StringComparison.Ordinal);
        Assert.Empty(_scene.AtService);
        Assert.Single(Engine.Ledger.Batches.OfJob(input.Job.Id));
    }

    [Fact]
    public async Task A_conversation_whose_file_was_gone_when_it_ran_is_not_tried_again()
    {
        SealedInput input = _scene.Seal("job", 1, _scene.Pdf(), maxAttempts: 3);
        Engine.Ledger.Database.Execute("UPDATE batch SET round = 2");
        await _scene.DeleteAtServiceAsync(_scene.AtService[0]);

        await Engine.RunAsync(input.NewBatches[0]);

        Assert.False(Engine.Step.IsDue(Engine.Job("job"), isNamed: true));
        Assert.Equal(1, Engine.Ledger.Jobs.Totals(Engine.Job("job")).Errored);
    }

    [Fact]
    public async Task Only_files_that_no_unfinished_job_uses_are_deleted()
    {
        (string shared, string own) = (_scene.Pdf("shared.pdf", "shared"), _scene.Pdf("own.pdf", "own"));
        SealedInput done = _scene.Seal("done", [UploadFixture.Request("a", shared, own)]);
        await Engine.RunAsync(done.NewBatches[0]);
        _scene.Seal("open", 1, shared);
        FileRemover remover = new(Engine.Ledger, Engine.Api);

        (UploadedFile File, string Path, string? NeededBy)[] files = [.. remover.Of(Engine.Job("done"))];

        Assert.Equal([(shared, "open"), (own, null)], files.Select(static f => (f.Path, f.NeededBy)));
        await remover.RemoveAsync(Engine.Job("done"), files[1].File, CancellationToken.None);
        await remover.RemoveAsync(Engine.Job("done"), files[1].File, CancellationToken.None); // it is gone already
        Assert.Equal([files[0].File.FileId], _scene.AtService);
        Assert.Single(remover.Of(Engine.Job("done")));
    }

    [Fact]
    public void A_platform_without_files_is_named_before_anything_is_sent()
    {
        ServicePlatform none = ServicePlatform.ClaudeApi with { Name = "a gateway", Calls = ServiceCalls.Messages };

        Assert.Equal("CallNotOnPlatform", Assert.Throws<ClaudeBatchException>(() => none.Require(ServiceCalls.Files, "The Files API")).Id);
        Assert.All(
            [ServicePlatform.ClaudeApi, ServicePlatform.ClaudeOnAws, ServicePlatform.ClaudeOnGoogleCloud],
            static p => p.Require(ServiceCalls.Files, "The Files API"));
    }

    private static RequestChecker Checker() => new(ModelCatalog.Shipped, new DateOnly(2026, 11, 21), apiVersion: null, betas: []);

    private static long InputTokens(string line) => JsonDocument.Parse(line).RootElement.GetProperty("result").GetProperty("message")
        .GetProperty("usage").GetProperty("input_tokens").GetInt64();

    private static JsonElement Json(ReadOnlyMemory<byte> utf8) => JsonDocument.Parse(utf8).RootElement;

    private static CostEstimate Estimate(PreparedRequest request)
    {
        CostEstimate estimate = new(ModelCatalog.Shipped);
        InputRules rules = new(new SpoolLimits(), Checker());
        estimate.Add(rules.OfFields(request.Utf8.Span, request.Uploads)!);
        return estimate;
    }

    private async Task<IReadOnlyList<RoundNote>> EndAsync(string job)
    {
        List<RoundNote> notes = [];
        for (int i = 0; i < 6 && Engine.Step.IsDue(Engine.Job(job), isNamed: true); i++)
        {
            Engine.Clock.Advance(TimeSpan.FromHours(1));
            notes.AddRange(await Engine.Step.RunAsync(Engine.Job(job), isAsked: true, CancellationToken.None));
        }

        return notes;
    }
}
