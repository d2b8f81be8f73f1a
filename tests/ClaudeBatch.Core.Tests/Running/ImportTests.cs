using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Running;

/// <summary>A batch that another tool has made is taken over into a job, and no two requests of a job get the same id.</summary>
public sealed class ImportTests : IDisposable
{
    private readonly EngineFixture _engine;

    private readonly JobLedger _other;

    private InterferingHandler? _network;

    public ImportTests()
    {
        _engine = new EngineFixture(new EmulatorPlan { Latency = TimeSpan.FromMinutes(10) }, service => _network = new InterferingHandler(service));
        _other = JobLedger.OpenOrCreate(new LedgerFolder(Path.Combine(_engine.Root, "other")), _engine.Clock);
    }

    private BatchRepair Repair => new(_other, _engine.Api);

    public void Dispose()
    {
        _other.Dispose();
        _engine.Dispose();
    }

    [Fact]
    public async Task A_batch_whose_ids_the_job_has_is_a_conflict_and_nothing_is_written()
    {
        await ImportedAsync("taken", "a", "b", "c");
        string same = await MadeElsewhereAsync("b", "c", "d");

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => ImportAsync("taken", same));

        Assert.Equal(("CustomIdConflict", same), (failure.Id, failure.Target));
        Assert.Contains("2 of the custom ids", failure.Message, StringComparison.Ordinal);
        Assert.Matches(@"\((b, c|c, b)\)", failure.Message);
        Assert.Single(_other.Batches.All());
        Assert.True(Check("taken").IsReconciled);
    }

    [Fact]
    public async Task An_end_that_is_told_before_the_answers_are_here_counts_the_services_requests()
    {
        BatchRecord batch = await ImportAsync("taken", await MadeElsewhereAsync("a", "b"));
        await new BatchPoller(_other, _engine.Api, _engine.Clock).RefreshAsync(batch, CancellationToken.None);

        Assert.StartsWith("Job 'taken' has ended: 2 of 2 answered", JobEnd.Of(_other, _other.Jobs.Find("taken")!)!.Summary(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_with_other_ids_becomes_another_part()
    {
        await ImportedAsync("taken", "a", "b");

        await ImportedAsync("taken", "c", "d");

        Assert.Equal((4, 4), (Check("taken").Totals.Requests, Check("taken").Totals.Succeeded));
        Assert.True(Check("taken").IsReconciled);
    }

    [Fact]
    public async Task A_batch_that_runs_is_not_taken_into_a_job_that_has_requests()
    {
        await ImportedAsync("taken", "a");
        string running = (await _engine.SendAsync(_engine.Seal("running", "b").NewBatches[0])).Batch.ServiceId!;

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => ImportAsync("taken", running));

        Assert.Equal("BatchNotEnded", failure.Id);
        Assert.Contains("Wait until it has ended", failure.Message, StringComparison.Ordinal);
        Assert.Single(_other.Batches.All());
    }

    [Fact]
    public async Task Results_that_do_not_come_whole_compare_nothing()
    {
        await ImportedAsync("taken", "a");
        string theirs = await MadeElsewhereAsync("b", "c");
        _network!.After = Replaced(static _ => "<html>Sign in</html>");

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => ImportAsync("taken", theirs));

        Assert.Equal("ResultsUnreadable", failure.Id);
        Assert.Single(_other.Batches.All());
    }

    [Fact]
    public async Task Ids_that_collide_when_they_become_known_are_the_same_conflict_and_nothing_is_written()
    {
        string one = await MadeElsewhereAsync("a", "b");
        string two = await MadeElsewhereAsync("b", "c");
        await ImportAsync("taken", one);
        BatchRecord second = await ImportAsync("taken", two); // the ids of neither are known yet
        await CollectAsync("taken", part: 1);

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => CollectAsync("taken", part: 2));

        Assert.Equal("CustomIdConflict", failure.Id);
        Assert.Contains("(b)", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_other.Attempts.OfBatch(second, -1, 10));
        Assert.Equal((2, 2, 4), (Check("taken").Totals.Succeeded, Check("taken").Totals.Pending, Check("taken").Totals.Requests));
        Assert.Empty(_other.Folder.AllResults(second.JobId, second.Part));

        // Each further download would find the same: it waits for a person, and says so.
        _network!.Before = static request => throw new InvalidOperationException($"{request.Method} {request.RequestUri}");
        BatchRecord waiting = _other.Batches.Get(second.Id);
        Assert.Equal((BatchState.Ended, true, failure.Message), (waiting.State, waiting.IsAmbiguous, waiting.Message));
        JobRecord job = _other.Jobs.Find("taken")!;
        Assert.Equal(JobState.Ambiguous, JobStates.Of(_other, job, _other.Batches.OfJob(job.Id)));
        BatchCollector collector = new(_other, _engine.Api, _engine.Clock);
        JobStep step = new(_other, new BatchRound(_other, _engine.Api), collector);
        _engine.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Empty(await step.RunAsync(job, isAsked: true, CancellationToken.None));
        ClaudeBatchException again = await Assert.ThrowsAsync<ClaudeBatchException>(() => CollectAsync("taken", part: 2));
        Assert.Equal((failure.Id, failure.Message, failure.Target), (again.Id, again.Message, again.Target));

        // Somebody asks for the download.
        _network.Before = static _ => null;
        int downloads = 0;
        _network.After = (request, response) =>
        {
            downloads += request.RequestUri!.AbsolutePath.EndsWith("/results", StringComparison.Ordinal) ? 1 : 0;
            return response;
        };
        await Assert.ThrowsAsync<ClaudeBatchException>(() => collector.CollectAsync(second.Id, null, CancellationToken.None, again: true));
        Assert.Equal(1, downloads);

        // What the message says to do.
        Repair.Abandon(_other.Batches.Get(second.Id));
        await ImportAsync("another", two);
        await CollectAsync("another", part: 1);

        Assert.True(Check("taken").IsReconciled, string.Join('\n', Check("taken").Problems));
        Assert.True(Check("another").IsReconciled);
    }

    [Fact]
    public async Task Ids_that_come_one_after_the_other_are_all_of_the_batch()
    {
        string theirs = await MadeElsewhereAsync("a", "b", "c");
        BatchRecord batch = await ImportAsync("taken", theirs);
        _network!.After = Replaced(static body => string.Join('\n', body.Split('\n').Take(2)));
        Assert.Equal("ResultsIncomplete", (await Assert.ThrowsAsync<ClaudeBatchException>(() => CollectAsync("taken", part: 1))).Id);
        Assert.Equal(2, _other.Attempts.OfBatch(batch, -1, 10).Count);
        _network.After = static (_, response) => response;

        await CollectAsync("taken", part: 1);

        Assert.Equal((3, 0), (Check("taken").Totals.Succeeded, Check("taken").Foreign));
        Assert.True(Check("taken").IsReconciled, string.Join('\n', Check("taken").Problems));
    }

    [Fact]
    public async Task Answers_that_come_by_and_by_are_carried_on_also_where_an_id_is_very_long()
    {
        string id = new('a', 300);
        BatchRecord batch = await ImportAsync("taken", await MadeElsewhereAsync("a", "b", "c"));
        string Long() => ScriptedAnswers.Line(id, ScriptedAnswers.Ended("expired"));
        _network!.After = Replaced(body => Long() + ScriptedAnswers.LinesOf(body, "b"));
        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => CollectAsync("taken", part: 1));
        Assert.Contains("1 of 3 requests have no answer yet", failure.Message, StringComparison.Ordinal);

        _network.After = Replaced(body => Long() + ScriptedAnswers.LinesOf(body, "c"));
        await CollectAsync("taken", part: 1);

        Assert.Equal([id, "b", "c"], _other.Attempts.All(batch).Select(static a => a.CustomId));
        Assert.Equal((2, 1, 0), (Check("taken").Totals.Succeeded, Check("taken").Totals.Expired, Check("taken").Duplicated));
    }

    [Fact]
    public async Task Lines_beyond_the_number_of_another_tools_requests_are_nobodys()
    {
        await ImportAsync("taken", await MadeElsewhereAsync("a", "b"));
        _network!.After = Replaced(static body => body + ScriptedAnswers.Line("theirs", ScriptedAnswers.Ended("expired")));

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => CollectAsync("taken", part: 1));

        Assert.Contains(": 1 lines have an id that was never in the batch. ", failure.Message, StringComparison.Ordinal);
        Assert.Equal((2, 2, 1), (Check("taken").Totals.Requests, Check("taken").Totals.Succeeded, Check("taken").Foreign));
    }

    private async Task<string> MadeElsewhereAsync(params string[] ids)
    {
        BatchRecord batch = (await _engine.SendAsync(_engine.Seal($"job-{Guid.NewGuid():N}", ids).NewBatches[0])).Batch;
        _engine.Clock.Advance(TimeSpan.FromHours(1));
        return batch.ServiceId!;
    }

    private Task<BatchRecord> ImportAsync(string job, string serviceId) => Repair.ImportAsync(job, serviceId, CancellationToken.None);

    private async Task ImportedAsync(string job, params string[] ids)
    {
        BatchRecord batch = await ImportAsync(job, await MadeElsewhereAsync(ids));
        await CollectAsync(job, batch.Part);
    }

    private async Task<BatchRecord> CollectAsync(string job, int part)
    {
        BatchRecord batch = await new BatchPoller(_other, _engine.Api, _engine.Clock)
            .RefreshAsync(_other.Batches.Find($"{job}/{part}")!, CancellationToken.None);
        return await new BatchCollector(_other, _engine.Api, _engine.Clock).CollectAsync(batch.Id, null, CancellationToken.None);
    }

    private BookCheck Check(string job) => new Reconciler(_other).Check(_other.Jobs.Find(job)!);

    private static Func<HttpRequestMessage, HttpResponseMessage, HttpResponseMessage> Replaced(Func<string, string> change) => (request, response) =>
    {
        if (request.RequestUri!.AbsolutePath.EndsWith("/results", StringComparison.Ordinal))
        {
            response.Content = new StringContent(change(response.Content.ReadAsStringAsync().GetAwaiter().GetResult()));
        }

        return response;
    };
}
