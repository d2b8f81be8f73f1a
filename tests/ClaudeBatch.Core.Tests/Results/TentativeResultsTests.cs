using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Core.Tests.Results;

/// <summary>A batch that may be somebody else's: its answers tell whose it is, and nothing of another one's is kept.</summary>
public sealed class TentativeResultsTests : IDisposable
{
    private static readonly string s_theirs = ScriptedAnswers.Line("theirs", ScriptedAnswers.Ended("expired"));

    private readonly EngineFixture _engine;

    private InterferingHandler? _network;

    public TentativeResultsTests() => _engine = new EngineFixture(between: service => _network = new InterferingHandler(service));

    private InterferingHandler Network => _network!;

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task The_parts_ids_confirm_the_batch()
    {
        BatchRecord batch = await EndedAsync(Adoption.Tentative, "a", "b");

        BatchRecord collected = await _engine.CollectAsync(batch);

        Assert.Equal((BatchState.Collected, Adoption.Confirmed), (collected.State, collected.Adopted));
        Assert.Equal("The ids of its answers are the part's.", Assert.Single(_engine.Journal(EventKind.AdoptionConfirmed)));
    }

    [Fact]
    public async Task A_batch_that_is_certain_is_confirmed_to_nobody()
    {
        BatchRecord collected = await _engine.CollectAsync(await EndedAsync(Adoption.No, "a"));

        Assert.Equal(Adoption.No, collected.Adopted);
        Assert.Empty(_engine.Journal(EventKind.AdoptionConfirmed));
    }

    [Theory]
    [InlineData(Adoption.Tentative, 1, "was taken for part 1 of job 'job'")]
    [InlineData(Adoption.No, 3, "was named by the reply to the create of part 1 of job 'job'")]
    public async Task Answers_to_other_requests_alone_refute_the_batch_and_nothing_of_it_is_kept(Adoption adopted, int downloads, string words)
    {
        BatchRecord batch = await EndedAsync(adopted, "a");
        Network.ChangeResults(static _ => s_theirs);
        for (int i = 1; i < downloads; i++)
        {
            Assert.Equal("ResultsIncomplete", (await FailAsync(batch)).Id);
            _engine.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        ClaudeBatchException failure = await FailAsync(batch);

        Assert.Equal(("BatchNotOurs", "job/1"), (failure.Id, failure.Target));
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.Equal(failure.Message, Assert.Single(_engine.Journal(EventKind.AdoptionRefuted)));
        BatchRecord now = _engine.Now(batch);
        Assert.Equal((BatchState.Unconfirmed, null, Adoption.No), (now.State, now.ServiceId, now.Adopted));
        Assert.Equal(batch.ServiceId, Assert.Single(now.Settlement!.Excluded));
        AssertNothingKept(batch);
    }

    [Fact]
    public async Task Whoever_was_excluded_before_stays_so()
    {
        BatchRecord batch = await EndedAsync(Adoption.Tentative, "a");
        _engine.Change(batch, static b => b with { Settlement = new Settlement { Excluded = ["msgbatch_before"] } });
        Network.ChangeResults(static _ => s_theirs);

        await FailAsync(batch);

        Assert.Equal(["msgbatch_before", batch.ServiceId!], _engine.Now(batch).Settlement!.Excluded);
    }

    [Theory]
    [InlineData(Adoption.Tentative)]
    [InlineData(Adoption.No)]
    public async Task Answers_to_other_requests_that_do_not_come_whole_refute_nothing(Adoption adopted)
    {
        BatchRecord batch = await EndedAsync(adopted, "a");
        Network.ChangeResults(static _ => s_theirs + "{");

        Assert.Equal("ResultsIncomplete", (await FailAsync(batch)).Id);

        Assert.Equal((BatchState.Ended, batch.ServiceId, adopted, 0), (_engine.Now(batch).State, _engine.Now(batch).ServiceId, _engine.Now(batch).Adopted, _engine.Now(batch).CompleteDownloads));
        AssertNothingKept(batch);
    }

    [Fact]
    public async Task Answers_to_other_requests_refute_no_batch_whose_answers_are_here()
    {
        BatchRecord batch = await EndedAsync(Adoption.No, "a", "b");
        Network.ChangeResults(static body => ScriptedAnswers.LinesOf(body, "a"));
        await FailAsync(batch);
        Network.ChangeResults(static _ => s_theirs);

        Assert.Equal("ResultsIncomplete", (await FailAsync(batch)).Id);

        Assert.Equal((BatchState.Ended, 1), (_engine.Now(batch).State, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Succeeded));
        Assert.Equal(batch.ServiceId, _engine.Now(batch).ServiceId);
    }

    [Fact]
    public async Task Some_of_the_parts_ids_confirm_the_batch_when_the_others_were_left_out_often_enough()
    {
        BatchRecord batch = await EndedAsync(Adoption.Tentative, "a", "b");
        Network.ChangeResults(static body => ScriptedAnswers.LinesOf(body, "a"));
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal("ResultsIncomplete", (await FailAsync(batch)).Id);
            Assert.Equal(0, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Succeeded); // nothing is shown that may be somebody else's
            AssertNothingKept(batch);
            _engine.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        BatchRecord now = await _engine.CollectAsync(batch);

        Assert.Equal((BatchState.Collected, Adoption.Confirmed), (now.State, now.Adopted));
        JobTotals totals = _engine.Ledger.Jobs.Totals(_engine.Job("job"));
        Assert.Equal((1, 1), (totals.Succeeded, totals.Missing));
    }

    [Fact]
    public async Task Some_of_the_parts_ids_among_others_refute_the_batch_after_three_downloads()
    {
        BatchRecord batch = await EndedAsync(Adoption.Tentative, "a", "b");
        Network.ChangeResults(static body => ScriptedAnswers.LinesOf(body, "a") + s_theirs);
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal("ResultsIncomplete", (await FailAsync(batch)).Id);
            _engine.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal("BatchNotOurs", (await FailAsync(batch)).Id);
        Assert.Equal(0, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Succeeded);
    }

    [Fact]
    public async Task All_of_the_parts_ids_and_another_one_are_not_the_parts()
    {
        BatchRecord batch = await EndedAsync(Adoption.Tentative, "a");
        Network.ChangeResults(static body => body + s_theirs);

        Assert.Equal("ResultsIncomplete", (await FailAsync(batch)).Id);

        Assert.Equal((Adoption.Tentative, 0), (_engine.Now(batch).Adopted, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Succeeded));
    }

    [Fact]
    public async Task Complete_downloads_before_the_last_one_decide_nothing_where_that_did_not_come_whole()
    {
        BatchRecord batch = await EndedAsync(Adoption.Tentative, "a", "b");
        _engine.Change(batch, b => b with { CompleteDownloads = 3, FirstCompleteAt = b.EndedAt });
        Network.ChangeResults(static body => ScriptedAnswers.LinesOf(body, "a") + s_theirs + "{");
        Assert.Equal("ResultsIncomplete", (await FailAsync(batch)).Id);
        Network.ChangeResults(static body => ScriptedAnswers.LinesOf(body, "a") + "{");
        Assert.Equal("ResultsIncomplete", (await FailAsync(batch)).Id);

        Assert.Equal((BatchState.Ended, Adoption.Tentative), (_engine.Now(batch).State, _engine.Now(batch).Adopted));
    }

    [Theory]
    [InlineData(28.9, "ResultsIncomplete", BatchState.Ended)]
    [InlineData(29, "ResultsExpired", BatchState.Lost)]
    public async Task What_has_never_come_whole_is_lost_when_the_service_has_deleted_it(double days, string id, BatchState state)
    {
        BatchRecord batch = await EndedAsync(Adoption.Tentative, "a", "b");
        Network.Before = static request => ScriptedAnswers.IsForResults(request)
            ? new HttpResponseMessage { Content = new StringContent(ScriptedAnswers.Line("a", ScriptedAnswers.Ended("expired")) + "{") }
            : null;
        _engine.Clock.Advance(TimeSpan.FromDays(days) - (_engine.Clock.GetUtcNow().UtcDateTime - batch.CreatedAt!.Value));

        ClaudeBatchException failure = await FailAsync(batch);

        Assert.Equal((id, state == BatchState.Lost), (failure.Id, failure.Message.Contains("2026-12-20", StringComparison.Ordinal)));
        Assert.Equal((state, Adoption.Tentative), (_engine.Now(batch).State, _engine.Now(batch).Adopted));
        AssertNothingKept(batch);
    }

    [Fact]
    public async Task What_has_come_whole_before_is_missing_when_the_service_has_deleted_it()
    {
        BatchRecord batch = await EndedAsync(Adoption.Tentative, "a", "b");
        _engine.Change(batch, static b => b with { CompleteDownloads = 1, FirstCompleteAt = b.EndedAt });
        Network.Before = static request => ScriptedAnswers.IsForResults(request)
            ? new HttpResponseMessage { Content = new StringContent(ScriptedAnswers.Line("a", ScriptedAnswers.Ended("expired")) + "{") }
            : null;
        _engine.Clock.Advance(TimeSpan.FromDays(29));

        Assert.Equal(BatchState.Collected, (await _engine.CollectAsync(batch)).State);

        Assert.Equal(2, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Missing);
        AssertNothingKept(batch);
    }

    [Fact]
    public async Task What_comes_whole_is_the_services_word_whatever_the_date()
    {
        BatchRecord batch = await EndedAsync(Adoption.Tentative, "a", "b");
        Network.Before = static request => ScriptedAnswers.IsForResults(request)
            ? new HttpResponseMessage { Content = new StringContent(ScriptedAnswers.Line("a", ScriptedAnswers.Ended("expired"))) }
            : null;
        _engine.Clock.Advance(TimeSpan.FromDays(30));

        Assert.Equal("ResultsIncomplete", (await FailAsync(batch)).Id);
        Assert.Equal((BatchState.Ended, 1), (_engine.Now(batch).State, _engine.Now(batch).CompleteDownloads));
    }

    private Task<ClaudeBatchException> FailAsync(BatchRecord batch)
        => Assert.ThrowsAsync<ClaudeBatchException>(() => _engine.CollectAsync(batch));

    private void AssertNothingKept(BatchRecord batch) => Assert.Empty(_engine.Ledger.Folder.AllResults(batch.JobId, batch.Part));

    private async Task<BatchRecord> EndedAsync(Adoption adopted, params string[] ids)
    {
        BatchRecord batch = (await _engine.SendAsync(_engine.Seal("job", ids).NewBatches[0])).Batch;
        _engine.Clock.Advance(TimeSpan.FromHours(1));
        await new BatchPoller(_engine.Ledger, _engine.Api, _engine.Clock).RefreshAsync(batch, CancellationToken.None);
        return _engine.Change(batch, b => b with { Adopted = adopted });
    }
}
