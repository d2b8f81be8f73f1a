using System.Net;
using System.Text;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Core.Tests.Results;

/// <summary>
/// Results of a collected batch are asked for once more, by a step for what is missing or by a person: what is here gets better or stays.
/// </summary>
public sealed class AskedAgainTests : IDisposable
{
    private readonly EngineFixture _engine;

    private InterferingHandler? _network;

    public AskedAgainTests() => _engine = new EngineFixture(between: service => _network = new InterferingHandler(service));

    private InterferingHandler Network => _network!;

    private JobTotals Totals => _engine.Ledger.Jobs.Totals(_engine.Job("job"));

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task Archived_results_are_not_asked_for_by_a_step()
    {
        BatchRecord batch = await WithMissingAsync("a", "b", "c");
        _engine.Change(batch, static b => b with { ArchivedAt = b.EndedAt });
        Network.Before = static _ => throw new InvalidOperationException("Nobody is asked.");

        BatchRecord now = await AskAsync(batch);

        Assert.Equal((BatchState.Collected, null, 0), (now.State, now.AskAgainAt, now.AskedAgain));
        Assert.Equal("ResultsExpired", (await Assert.ThrowsAsync<ClaudeBatchException>(() => RefreshAsync(batch))).Id);
        Assert.Equal((BatchState.Collected, 2), (_engine.Now(batch).State, Totals.Succeeded));
    }

    [Theory]
    [InlineData(404, "not_found_error")]
    [InlineData(404, null)]
    [InlineData(500, "api_error")]
    [InlineData(400, "invalid_request_error")]
    public async Task A_service_that_denies_what_is_missing_has_been_asked_and_nobody_is_told(int status, string? type)
    {
        BatchRecord batch = await WithMissingAsync("a", "b", "c");
        int events = _engine.Ledger.Events.Read(null, null, 0, 1000).Count;
        Network.Before = _ => InterferingHandler.Refusal(status, type);

        BatchRecord now = await AskAsync(batch);

        Assert.Equal((BatchState.Collected, 1), (now.State, now.AskedAgain));
        Assert.InRange((now.AskAgainAt!.Value - _engine.Clock.GetUtcNow().UtcDateTime).TotalHours, 23, 24);
        Assert.Equal(events, _engine.Ledger.Events.Read(null, null, 0, 1000).Count);
    }

    [Fact]
    public async Task A_key_that_is_refused_is_told_also_when_only_missing_answers_are_asked_for()
    {
        BatchRecord batch = await WithMissingAsync("a", "b", "c");
        Network.Before = static _ => InterferingHandler.Refusal(401, "authentication_error");

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => AskAsync(batch));

        Assert.True(failure.IsFatal);
        Assert.Equal((BatchState.Collected, 0), (_engine.Now(batch).State, _engine.Now(batch).AskedAgain));
    }

    [Fact]
    public async Task A_failure_that_somebody_waits_for_is_told()
    {
        BatchRecord batch = await _engine.RunAsync(_engine.Seal("job", "a").NewBatches[0]);
        Network.Before = static _ => InterferingHandler.Refusal(400, "invalid_request_error");
        Assert.Equal(400, (await Assert.ThrowsAsync<ClaudeBatchException>(() => RefreshAsync(batch))).Status);
        Network.Before = static _ => InterferingHandler.Refusal(404, "not_found_error");

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => RefreshAsync(batch));

        Assert.Equal(("ResultsNotFound", "job/1"), (failure.Id, failure.Target));
        Assert.Contains("No.", failure.Message, StringComparison.Ordinal);
        Assert.Equal((BatchState.Collected, 1), (_engine.Now(batch).State, Totals.Succeeded));
    }

    [Fact]
    public async Task Nothing_new_leaves_the_file_and_waits_for_a_day()
    {
        BatchRecord batch = await WithMissingAsync("a", "b", "c");

        BatchRecord now = await AskAsync(batch);

        Assert.Equal((BatchState.Collected, 1, batch.ResultsFile, batch.Downloads + 1), (now.State, now.AskedAgain, now.ResultsFile, now.Downloads));
        Assert.Equal((2, 1), (Totals.Succeeded, Totals.Missing));
        Assert.Empty(_engine.Journal(EventKind.AnswersArrived));
        AssertOneFile(now);
    }

    [Fact]
    public async Task One_of_two_missing_answers_is_told_and_the_other_is_asked_for_later()
    {
        BatchRecord batch = await WithMissingAsync("a", "b", "c", "d");
        Network.ChangeResults(static body => ScriptedAnswers.LinesOf(body, "c"));

        BatchRecord now = await AskAsync(batch);

        Assert.Equal("1 answers came that had been missing.", Assert.Single(_engine.Journal(EventKind.AnswersArrived)));
        Assert.Equal((BatchState.Collected, 1, batch.Downloads + 1), (now.State, now.AskedAgain, now.ResultsFile));
        Assert.InRange((now.AskAgainAt!.Value - _engine.Clock.GetUtcNow().UtcDateTime).TotalHours, 23, 24);
        Assert.Equal((3, 1), (Totals.Succeeded, Totals.Missing));
        AssertOneFile(now);
    }

    [Fact]
    public async Task A_missing_answer_is_not_taken_where_answers_that_are_here_would_be_lost()
    {
        BatchRecord batch = await WithMissingAsync("a", "b", "c");
        File.Delete(Assert.Single(_engine.Ledger.Folder.AllResults(batch.JobId, batch.Part)));
        Network.ChangeResults(static body => ScriptedAnswers.LinesOf(body, "c"));

        BatchRecord now = await AskAsync(batch);

        Assert.Equal((BatchState.Collected, 1, batch.ResultsFile), (now.State, now.AskedAgain, now.ResultsFile));
        Assert.Equal((2, 1), (Totals.Succeeded, Totals.Missing));
        Assert.Empty(_engine.Ledger.Folder.AllResults(batch.JobId, batch.Part));
    }

    [Fact]
    public async Task A_refresh_that_brings_missing_answers_tells_them_and_asks_no_more()
    {
        BatchRecord batch = await WithMissingAsync("a", "b", "c");
        Network.ChangeResults(static body => body);

        BatchRecord now = await RefreshAsync(batch);

        Assert.Equal((BatchState.Collected, null), (now.State, now.AskAgainAt));
        Assert.Equal((3, 0), (Totals.Succeeded, Totals.Missing));
        Assert.Single(_engine.Journal(EventKind.AnswersArrived));
        await RefreshAsync(batch);
        Assert.Single(_engine.Journal(EventKind.AnswersArrived)); // the second one has brought none
    }

    [Fact]
    public async Task A_refresh_that_leaves_answers_out_whose_lines_are_gone_changes_nothing()
    {
        BatchRecord batch = await _engine.RunAsync(_engine.Seal("job", "a", "b", "c").NewBatches[0]);
        File.Delete(Assert.Single(_engine.Ledger.Folder.AllResults(batch.JobId, batch.Part)));
        Network.ChangeResults(static body => ScriptedAnswers.LinesOf(body, "a"));

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => RefreshAsync(batch));

        Assert.Equal(("ResultsIncomplete", "job/1"), (failure.Id, failure.Target));
        Assert.Contains("left out 2 requests", failure.Message, StringComparison.Ordinal);
        Assert.Equal((BatchState.Collected, batch.ResultsFile, 2), (_engine.Now(batch).State, _engine.Now(batch).ResultsFile, _engine.Now(batch).Downloads));
        Assert.Equal((3, 0), (Totals.Succeeded, Totals.Missing));
        Assert.Empty(_engine.Ledger.Folder.AllResults(batch.JobId, batch.Part));
        Network.ChangeResults(static body => body);
        Assert.Equal(3, (await RefreshAsync(batch)).ResultsFile);
    }

    [Fact]
    public async Task A_refresh_with_all_answers_is_taken_also_where_the_body_does_not_say_where_it_ends()
    {
        BatchRecord batch = await _engine.RunAsync(_engine.Seal("job", "a", "b").NewBatches[0]);
        Network.After = static (request, response) =>
        {
            if (ScriptedAnswers.IsForResults(request))
            {
                response.Content = new UnframedContent(response.Content.ReadAsStringAsync().GetAwaiter().GetResult());
            }

            return response;
        };

        BatchRecord now = await RefreshAsync(batch);

        Assert.Equal((BatchState.Collected, 2), (now.State, now.ResultsFile));
    }

    [Fact]
    public async Task A_refresh_pauses_no_job_for_failures_that_were_told_before()
    {
        Network.Answer(static _ => ScriptedAnswers.Errored("billing_error", "No credit is left."));
        BatchRecord batch = await _engine.RunAsync(_engine.Seal("job", "a").NewBatches[0]);
        Assert.NotNull(_engine.Job("job").PauseReason);
        _engine.Ledger.Jobs.Unpause(_engine.Job("job"));

        await RefreshAsync(batch);

        Assert.Null(_engine.Job("job").PauseReason);
    }

    private Task<BatchRecord> RefreshAsync(BatchRecord batch)
        => new BatchCollector(_engine.Ledger, _engine.Api, _engine.Clock).CollectAsync(batch.Id, null, CancellationToken.None, again: true);

    private Task<BatchRecord> AskAsync(BatchRecord batch)
    {
        _engine.Clock.Advance(TimeSpan.FromHours(1));
        return _engine.CollectAsync(batch);
    }

    private void AssertOneFile(BatchRecord batch) => Assert.Equal(
        _engine.Ledger.Folder.Results(batch.JobId, batch.Part, batch.ResultsFile), Assert.Single(_engine.Ledger.Folder.AllResults(batch.JobId, batch.Part)));

    /// <summary>Collects a batch of which only the first two requests get an answer.</summary>
    private async Task<BatchRecord> WithMissingAsync(params string[] ids)
    {
        Network.ChangeResults(body => ScriptedAnswers.LinesOf(body, ids[..2]));
        BatchRecord batch = _engine.Seal("job", ids).NewBatches[0];
        await Assert.ThrowsAsync<ClaudeBatchException>(() => _engine.RunAsync(batch));
        _engine.Clock.Advance(TimeSpan.FromMinutes(1));
        await Assert.ThrowsAsync<ClaudeBatchException>(() => _engine.CollectAsync(batch));
        return await _engine.CollectAsync(batch);
    }

    private sealed class UnframedContent(string text) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => throw new NotSupportedException();

        protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult<Stream>(new MemoryStream(Encoding.UTF8.GetBytes(text)));

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
