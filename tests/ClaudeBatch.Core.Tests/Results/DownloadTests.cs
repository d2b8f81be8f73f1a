using System.Net;
using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Tests.Ledger;

namespace ClaudeBatch.Core.Tests.Results;

/// <summary>What one download is followed by: what is recorded of it, what is told, and which files are left.</summary>
public sealed class DownloadTests : IDisposable
{
    private readonly EngineFixture _engine;

    private InterferingHandler? _network;

    private int _downloads;

    public DownloadTests() => _engine = new EngineFixture(between: service => new InterferingHandler(_network = new InterferingHandler(service))
    {
        Before = request =>
        {
            _downloads += ScriptedAnswers.IsForResults(request) ? 1 : 0;
            return null;
        },
    });

    private JobTotals Totals => _engine.Ledger.Jobs.Totals(_engine.Job("job"));

    private InterferingHandler Network => _network!;

    public void Dispose() => _engine.Dispose();

    [Theory]
    [InlineData(BatchState.Spooled, "Wait-ClaudeBatch")]
    [InlineData(BatchState.InProgress, "Wait-ClaudeBatch")]
    [InlineData(BatchState.Rejected, "no results")]
    [InlineData(BatchState.Lost, "no results")]
    [InlineData(BatchState.Abandoned, "no results")]
    [InlineData(BatchState.Deleted, "no results")]
    public async Task A_batch_in_another_state_has_no_results_and_nobody_is_asked(BatchState state, string words)
    {
        BatchRecord batch = await EndedAsync("a");
        _engine.Change(batch, b => b with { State = state });

        ClaudeBatchException failure = await FailAsync(batch);

        Assert.Equal(("BatchNotEnded", batch.ServiceId), (failure.Id, failure.Target));
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, _downloads);
    }

    [Fact]
    public async Task A_batch_that_was_never_sent_is_named_by_its_key()
        => Assert.Equal("job/1", (await FailAsync(_engine.Seal("job", "a").NewBatches[0])).Target);

    [Fact]
    public async Task What_another_process_has_collected_before_the_lock_was_ours_is_not_downloaded_again()
    {
        BeforeLockFolder? folder = null;
        InterferingHandler? network = null;
        using EngineFixture engine = new(between: service => network = new InterferingHandler(service), folder: root => folder = new BeforeLockFolder(root));
        BatchRecord batch = (await engine.SendAsync(engine.Seal("job", "a").NewBatches[0])).Batch;
        engine.Clock.Advance(TimeSpan.FromHours(1));
        await new BatchPoller(engine.Ledger, engine.Api, engine.Clock).RefreshAsync(batch, CancellationToken.None);
        folder!.BeforeLock = () =>
        {
            using JobLedger other = JobLedger.Open(new LedgerFolder(folder.Root), engine.Clock);
            new BatchCollector(other, engine.Api, engine.Clock).CollectAsync(batch.Id, null, CancellationToken.None).GetAwaiter().GetResult();
            network!.Before = static _ => throw new InvalidOperationException("Nobody is asked.");
        };

        Assert.Equal((BatchState.Collected, 1), ((await engine.CollectAsync(batch)).State, engine.Now(batch).Downloads));
    }

    [Fact]
    public async Task A_download_is_in_the_journal_with_its_request_id()
    {
        BatchRecord batch = await EndedAsync("a", "b");
        Network.ChangeResults(static body => ScriptedAnswers.LinesOf(body, "a"));
        await FailAsync(batch);

        EventRecord downloaded = Assert.Single(Events(EventKind.Downloaded));

        Assert.Equal("2 requests, 1 without an answer.", downloaded.Message);
        Assert.StartsWith("req_", downloaded.RequestId, StringComparison.Ordinal);
        Assert.Equal((1, true, 1), (_engine.Now(batch).ResultsFile, _engine.Now(batch).HasLineDigests, _engine.Now(batch).Downloads));
        Assert.Empty(Events(EventKind.AnswersArrived)); // none was missing before
    }

    [Fact]
    public async Task The_same_failure_is_in_the_journal_once()
    {
        BatchRecord batch = await EndedAsync("a");
        Network.ChangeResults(static _ => "<html>Sign in</html>");
        ClaudeBatchException first = await FailAsync(batch);
        await FailAsync(batch);

        EventRecord failed = Assert.Single(Events(EventKind.DownloadFailed));
        Assert.Equal((first.Message, first.RequestId), (failed.Message, failed.RequestId));
        Assert.NotNull(failed.RequestId);
        Assert.Equal(first.Message, _engine.Now(batch).Message);

        Network.ChangeResults(static _ => "<html>Pay first</html>");
        await FailAsync(batch);
        Assert.Equal(2, Events(EventKind.DownloadFailed).Length);

        Network.ChangeResults(static body => body);
        BatchRecord now = await _engine.CollectAsync(batch);
        Assert.Equal((BatchState.Collected, null, null), (now.State, now.Message, now.AskAgainAt));
    }

    [Fact]
    public async Task Results_of_a_batch_that_another_process_has_changed_meanwhile_are_not_kept()
    {
        BatchRecord batch = await EndedAsync("a");
        Network.ChangeResults(body =>
        {
            _engine.Change(batch, static b => b with { Message = "another process was here" });
            return body;
        });

        ClaudeBatchException failure = await FailAsync(batch);

        Assert.Equal(("BatchBusy", "job/1"), (failure.Id, failure.Target));
        Assert.Equal((BatchState.Ended, "another process was here"), (_engine.Now(batch).State, _engine.Now(batch).Message));
        AssertFiles(batch);
    }

    [Fact]
    public async Task A_download_whose_file_has_no_name_yet_is_taken_as_it_was_recorded()
    {
        BatchRecord batch = await EndedAsync("a", "b");
        await _engine.CollectAsync(batch);
        string path = Assert.Single(Files(batch));
        File.Move(path, path + ".partial");
        File.WriteAllText(path, "{}"); // a file of that name from before is not what was recorded
        Forget(batch);

        Assert.Equal(BatchState.Collected, (await _engine.CollectAsync(batch)).State);

        Assert.Equal((1, 2), (_downloads, Totals.Succeeded));
        AssertFiles(batch, Path.GetFileName(path));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_recorded_download_that_is_gone_or_changed_comes_once_more(bool isGone)
    {
        BatchRecord batch = await EndedAsync("a", "b");
        await _engine.CollectAsync(batch);
        Forget(batch);
        string path = Assert.Single(Files(batch));
        File.Delete(path);
        if (!isGone)
        {
            File.WriteAllText(path, "{}");
        }

        BatchRecord collected = await _engine.CollectAsync(batch);

        Assert.Equal((2, 2, 2), (_downloads, collected.ResultsFile, Totals.Succeeded));
        AssertFiles(batch, "part-0001.results-2.jsonl");
    }

    [Fact]
    public async Task A_download_of_an_earlier_version_without_a_digest_is_taken_as_it_is()
    {
        BatchRecord batch = await EndedAsync("a");
        await _engine.CollectAsync(batch);
        Forget(batch);
        _engine.Change(batch, static b => b with { ResultsDigest = null });

        BatchRecord collected = await _engine.CollectAsync(batch);

        Assert.Equal((1, BatchState.Collected, false), (_downloads, collected.State, collected.HasLineDigests));
    }

    [Fact]
    public async Task What_was_lacking_and_has_come_is_asked_for_no_more()
    {
        BatchRecord batch = await EndedAsync("a", "b");
        Network.ChangeResults(static body => ScriptedAnswers.LinesOf(body, "a"));
        await FailAsync(batch);
        Assert.NotNull(_engine.Now(batch).AskAgainAt);
        Network.ChangeResults(static body => body);

        BatchRecord collected = await _engine.CollectAsync(batch);

        Assert.Equal((BatchState.Collected, null, true), (collected.State, collected.AskAgainAt, collected.HasLineDigests));
        Assert.Equal(2, _downloads);
        await _engine.CollectAsync(batch);
        Assert.Equal(2, _downloads);
    }

    [Fact]
    public async Task A_second_download_of_nothing_new_brings_no_more_than_there_was()
    {
        BatchRecord batch = await EndedAsync("a", "b", "c");
        Network.ChangeResults(static body => ScriptedAnswers.LinesOf(body, "a"));
        await FailAsync(batch);

        ClaudeBatchException failure = await FailAsync(batch);

        Assert.Equal("job/1", failure.Target);
        Assert.Contains("2 of 3 requests have no answer yet", failure.Message, StringComparison.Ordinal);
        Assert.Equal((2, 1), (_engine.Now(batch).Downloads, _engine.Now(batch).ResultsFile));
        AssertFiles(batch, "part-0001.results-1.jsonl");

        Network.ChangeResults(static body => ScriptedAnswers.LinesOf(body, "a", "b"));
        await FailAsync(batch);
        Assert.Equal((3, 2), (_engine.Now(batch).ResultsFile, Totals.Succeeded));
        AssertFiles(batch, "part-0001.results-3.jsonl");
    }

    [Theory]
    [InlineData(-30)]
    [InlineData(30)]
    public async Task Only_when_both_clocks_say_so_have_the_results_expired(int skew)
    {
        InterferingHandler? network = null;
        using EngineFixture skewed = new(between: service => network = new InterferingHandler(service), skew: TimeSpan.FromDays(skew));
        BatchRecord batch = (await skewed.SendAsync(skewed.Seal("job", "a").NewBatches[0])).Batch;
        skewed.Clock.Advance(TimeSpan.FromHours(1));
        batch = await new BatchPoller(skewed.Ledger, skewed.Api, skewed.Clock).RefreshAsync(batch, CancellationToken.None);
        BatchCollector collector = new(skewed.Ledger, skewed.Api, skewed.Ledger.Clock);
        network!.Before = request => ScriptedAnswers.IsForResults(request) ? Page(skewed.Clock.GetUtcNow()) : null;

        skewed.Clock.Advance(TimeSpan.FromDays(28));
        await Assert.ThrowsAsync<ClaudeBatchException>(() => collector.CollectAsync(batch.Id, null, CancellationToken.None));
        Assert.Equal(BatchState.Ended, skewed.Now(batch).State);
        skewed.Clock.Advance(TimeSpan.FromDays(2));
        await Assert.ThrowsAsync<ClaudeBatchException>(() => collector.CollectAsync(batch.Id, null, CancellationToken.None));
        Assert.Equal(skew < 0 ? BatchState.Ended : BatchState.Lost, skewed.Now(batch).State);
        skewed.Clock.Advance(TimeSpan.FromDays(30));
        await Assert.ThrowsAsync<ClaudeBatchException>(() => collector.CollectAsync(batch.Id, null, CancellationToken.None));
        Assert.Equal(BatchState.Lost, skewed.Now(batch).State);
    }

    [Fact]
    public async Task The_date_of_archived_results_is_the_services()
    {
        BatchRecord batch = await EndedAsync("a");
        _engine.Change(batch, static b => b with { ArchivedAt = new DateTime(2026, 12, 1, 0, 0, 0, DateTimeKind.Utc) });

        ClaudeBatchException failure = await FailAsync(batch);

        Assert.Equal(("ResultsExpired", "job/1", 0), (failure.Id, failure.Target, _downloads));
        Assert.Contains("2026-12-01", failure.Message, StringComparison.Ordinal);
        BatchRecord now = _engine.Now(batch);
        Assert.Equal((BatchState.Lost, null), (now.State, now.AskAgainAt));
        Assert.Contains("until 2026-12-01", now.Message, StringComparison.Ordinal);
        Assert.Equal(now.Message, Assert.Single(_engine.Journal(EventKind.Lost)));
    }

    [Fact]
    public async Task Results_that_are_denied_are_told_as_lost_when_no_list_has_shown_the_batch_for_a_while()
    {
        BatchRecord batch = await EndedAsync("a");
        await _engine.Api.DeleteAsync(batch.ServiceId!, CancellationToken.None); // as somebody else with the same account would

        Assert.Equal("ResultsNotFound", (await FailAsync(batch)).Id);
        _engine.Clock.Advance(TimeSpan.FromMinutes(16));
        Assert.Equal("BatchNotEnded", (await FailAsync(batch)).Id);

        Assert.Equal(BatchState.Lost, _engine.Now(batch).State);
    }

    private static HttpResponseMessage Page(DateTimeOffset date)
    {
        HttpResponseMessage page = new(HttpStatusCode.OK) { Content = new StringContent("<html>Sign in</html>") };
        page.Headers.Date = date;
        return page;
    }

    // As if the process had ended before the outcomes were recorded.
    private void Forget(BatchRecord batch)
    {
        _engine.Change(batch, static b => b with { State = BatchState.Downloaded });
        _engine.Ledger.Database.Execute("UPDATE attempt SET outcome = NULL, result_offset = NULL");
    }

    private EventRecord[] Events(EventKind kind)
        => [.. _engine.Ledger.Events.Read(null, null, 0, 1000).Where(e => e.Kind == kind.ToString())];

    private IReadOnlyList<string> Files(BatchRecord batch) => _engine.Ledger.Folder.AllResults(batch.JobId, batch.Part);

    private void AssertFiles(BatchRecord batch, params string[] names) => Assert.Equal(names, Files(batch).Select(Path.GetFileName));

    private Task<ClaudeBatchException> FailAsync(BatchRecord batch)
        => Assert.ThrowsAsync<ClaudeBatchException>(() => _engine.CollectAsync(batch));

    private async Task<BatchRecord> EndedAsync(params string[] ids)
    {
        BatchRecord batch = (await _engine.SendAsync(_engine.Seal("job", ids).NewBatches[0])).Batch;
        _engine.Clock.Advance(TimeSpan.FromHours(1));
        return await new BatchPoller(_engine.Ledger, _engine.Api, _engine.Clock).RefreshAsync(batch, CancellationToken.None);
    }
}
