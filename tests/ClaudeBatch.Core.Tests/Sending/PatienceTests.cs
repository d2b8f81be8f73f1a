using System.Net;
using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Sending;

/// <summary>The service replies for a while that a batch that it has made does not exist (404).</summary>
public sealed class PatienceTests : IDisposable
{
    private readonly EngineFixture _engine;

    private InterferingHandler? _network;

    public PatienceTests() => _engine = new EngineFixture(
        new EmulatorPlan { Latency = TimeSpan.FromHours(2) }, service => _network = new InterferingHandler(service));

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task A_denied_batch_is_lost_only_after_fifteen_minutes_without_it_in_any_list()
    {
        BatchRecord batch = (await _engine.SendAsync(_engine.Seal("job", "a").NewBatches[0])).Batch;
        Deny(alsoInLists: true);

        Assert.Equal(BatchState.InProgress, (await PollAsync(batch, TimeSpan.FromMinutes(1))).State);
        Assert.Equal(BatchState.InProgress, (await PollAsync(batch, TimeSpan.FromMinutes(14))).State);
        BatchRecord lost = await PollAsync(batch, TimeSpan.FromMinutes(2));

        Assert.Equal(BatchState.Lost, lost.State);
        Assert.Equal(1, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Unknown);
        BatchRound round = new(_engine.Ledger, _engine.Api);
        await round.RunAsync([batch.Id], null, CancellationToken.None);
        Assert.Equal(1, _network!.Creates);
    }

    [Fact]
    public async Task A_denied_batch_that_is_listed_is_not_lost()
    {
        BatchRecord batch = (await _engine.SendAsync(_engine.Seal("job", "a").NewBatches[0])).Batch;
        Deny(alsoInLists: false);

        await PollAsync(batch, TimeSpan.FromMinutes(1));
        BatchRecord later = await PollAsync(batch, TimeSpan.FromMinutes(30));

        Assert.Equal((BatchState.InProgress, null), (later.State, later.NotFoundSince));
    }

    [Fact]
    public async Task A_denial_that_passes_leaves_no_trace()
    {
        BatchRecord batch = (await _engine.SendAsync(_engine.Seal("job", "a").NewBatches[0])).Batch;
        Deny(alsoInLists: true);
        await PollAsync(batch, TimeSpan.FromMinutes(1));
        Allow();
        await PollAsync(batch, TimeSpan.FromMinutes(10));
        Deny(alsoInLists: true);

        Assert.Equal(BatchState.InProgress, (await PollAsync(batch, TimeSpan.FromMinutes(10))).State);
    }

    [Fact]
    public async Task A_key_of_another_workspace_loses_nothing()
    {
        BatchRecord batch = (await _engine.SendAsync(_engine.Seal("job", "a").NewBatches[0])).Batch;
        Deny(alsoInLists: true);
        _engine.Plan.WorkspaceId = "wrkspc_other";

        for (int i = 0; i < 3; i++)
        {
            ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => PollAsync(batch, TimeSpan.FromMinutes(20)));
            Assert.Equal("JobBoundElsewhere", failure.Id);
        }

        Assert.Equal(BatchState.InProgress, _engine.Ledger.Batches.Get(batch.Id).State);
    }

    [Fact]
    public async Task Many_batches_cost_one_call()
    {
        List<long> ids = [];
        for (int i = 0; i < 20; i++)
        {
            ids.Add((await _engine.SendAsync(_engine.Seal($"job-{i}", "a").NewBatches[0])).Batch.Id);
        }

        Assert.Equal(1, await CallsOfRoundAsync([.. ids]));
    }

    [Fact]
    public async Task Hundreds_of_batches_cost_a_handful_of_calls_even_where_the_list_lags()
    {
        SealedInput input = _engine.Seal("job", Enumerable.Range(0, 150).Select(static i => EngineFixture.Request($"r{i}")), new SpoolLimits { MaxRequests = 1 });
        long[] ids = [.. input.NewBatches.Select(static b => b.Id)];
        foreach (long id in ids)
        {
            _engine.Clock.Advance(TimeSpan.FromSeconds(1));
            Assert.Null((await _engine.SendAsync(_engine.Ledger.Batches.Get(id))).Failure);
        }

        Assert.InRange(await CallsOfRoundAsync(ids), 1, 2);
        _engine.Plan.Faults = [new EmulatorFault(FaultKind.ListLag) { Times = -1, Duration = TimeSpan.FromHours(1) }];
        Assert.InRange(await CallsOfRoundAsync(ids), 1, 12);
    }

    [Fact]
    public async Task A_job_larger_than_the_queue_goes_through_part_by_part_and_each_part_once()
    {
        _engine.Plan.QueueLimit = 4;
        SealedInput input = _engine.Seal("job", Enumerable.Range(0, 20).Select(static i => EngineFixture.Request($"r{i}")), new SpoolLimits { MaxRequests = 2 });
        long[] ids = [.. input.NewBatches.Select(static b => b.Id)];
        BatchRound round = new(_engine.Ledger, _engine.Api);

        IReadOnlyList<BatchRecord> now = input.NewBatches;
        for (int i = 0; i < 200 && now.Any(static b => !b.State.IsOver()); i++)
        {
            now = (await round.RunAsync(ids, null, CancellationToken.None)).Batches;
            _engine.Clock.Advance(TimeSpan.FromMinutes(5));
        }

        Assert.All(now, static b => Assert.Equal(BatchState.Ended, b.State));
        Assert.Equal(10, (await _engine.AtServiceAsync()).Count);
        Assert.InRange(_network!.Creates, 10, 11);
    }

    private async Task<int> CallsOfRoundAsync(long[] ids)
    {
        int calls = 0;
        _network!.Before = _ =>
        {
            calls++;
            return null;
        };
        await new BatchRound(_engine.Ledger, _engine.Api).RunAsync(ids, null, CancellationToken.None);
        return calls;
    }

    private void Deny(bool alsoInLists)
        => _network!.Before = request => (request.Method == HttpMethod.Get, request.RequestUri!.AbsolutePath, alsoInLists) switch
        {
            (true, "/v1/messages/batches", true) => Json(HttpStatusCode.OK, """{"data":[],"has_more":false,"first_id":null,"last_id":null}"""),
            (true, "/v1/messages/batches", false) => null,
            (true, _, _) => Json(HttpStatusCode.NotFound, """{"type":"error","error":{"type":"not_found_error","message":"Message Batch not found."}}"""),
            _ => null,
        };

    private void Allow() => _network!.Before = static _ => null;

    private HttpResponseMessage Json(HttpStatusCode status, string text)
    {
        HttpResponseMessage reply = new(status) { Content = new StringContent(text) };
        reply.Headers.Add("anthropic-workspace-id", _engine.Plan.WorkspaceId);
        return reply;
    }

    private async Task<BatchRecord> PollAsync(BatchRecord batch, TimeSpan later)
    {
        _engine.Clock.Advance(later);
        return await new BatchPoller(_engine.Ledger, _engine.Api, _engine.Clock).RefreshAsync(_engine.Ledger.Batches.Get(batch.Id), CancellationToken.None);
    }
}
