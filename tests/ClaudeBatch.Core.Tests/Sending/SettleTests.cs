using System.Net;
using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Core.Sending;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Sending;

/// <summary>A create call whose reply was lost: how it is found out whether the service has made the batch.</summary>
public sealed class SettleTests : IDisposable
{
    private readonly EngineFixture _engine;

    private InterferingHandler? _network;

    public SettleTests() => _engine = new EngineFixture(
        new EmulatorPlan { Latency = TimeSpan.FromMinutes(20) }, service => _network = new InterferingHandler(service));

    private InterferingHandler Network => _network!;

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task A_batch_the_service_has_is_found_adopted_and_confirmed_by_its_ids()
    {
        BatchRecord batch = await LoseReplyAsync("job", "a", "b");

        Assert.Equal(BatchState.Unconfirmed, (await SettleAsync(batch, TimeSpan.FromSeconds(10))).State);
        Assert.Equal(BatchState.Unconfirmed, (await SettleAsync(batch, TimeSpan.FromSeconds(10))).State);
        BatchRecord adopted = await SettleAsync(batch, TimeSpan.FromSeconds(20));

        Assert.Equal((BatchState.InProgress, Adoption.Tentative), (adopted.State, adopted.Adopted));
        Assert.Equal(Assert.Single(await _engine.AtServiceAsync()).Id, adopted.ServiceId);

        BatchRecord collected = await EndAndCollectAsync(adopted);
        Assert.Equal((BatchState.Collected, Adoption.Confirmed), (collected.State, collected.Adopted));
        Assert.Equal(2, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Succeeded);
        Assert.Equal(1, Network.Creates);
    }

    [Fact]
    public async Task Many_lists_within_half_a_minute_adopt_nothing()
    {
        BatchRecord batch = await LoseReplyAsync("job", "a", "b");
        await SettleAsync(batch, TimeSpan.FromSeconds(1));

        for (int second = 2; second < 30; second += 2)
        {
            Assert.Equal(BatchState.Unconfirmed, (await SettleAsync(batch, TimeSpan.FromSeconds(2))).State);
        }

        Assert.Equal(BatchState.InProgress, (await SettleAsync(batch, TimeSpan.FromSeconds(2))).State);
    }

    [Fact]
    public async Task A_batch_the_service_never_had_is_sent_again_after_five_empty_lists_and_five_minutes()
    {
        BatchRecord batch = await LoseCreateAsync("job", "a");

        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(BatchState.Unconfirmed, (await SettleAsync(batch, TimeSpan.FromSeconds(14))).State);
        }

        BatchRecord absent = await SettleAsync(batch, TimeSpan.FromSeconds(40));
        Assert.Equal(BatchState.Spooled, absent.State);
        SendResult sent = await _engine.SendAsync(absent);
        Assert.Equal(BatchState.InProgress, sent.Batch.State);
        Assert.Single(await _engine.AtServiceAsync());
    }

    [Fact]
    public async Task Few_lists_are_not_enough_however_long_they_span()
    {
        BatchRecord batch = await LoseCreateAsync("job", "a");

        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(BatchState.Unconfirmed, (await SettleAsync(batch, TimeSpan.FromHours(1))).State);
        }

        Assert.Equal(BatchState.Spooled, (await SettleAsync(batch, TimeSpan.FromSeconds(1))).State);
    }

    [Fact]
    public async Task Settling_goes_on_in_another_process()
    {
        BatchRecord batch = await LoseReplyAsync("job", "a");
        await SettleAsync(batch, TimeSpan.FromSeconds(20));
        await SettleAsync(batch, TimeSpan.FromSeconds(20));

        _engine.Clock.Advance(TimeSpan.FromSeconds(20));
        using JobLedger other = JobLedger.Open(_engine.Ledger.Folder, _engine.Clock);
        BatchRecord adopted = await new Settler(other, _engine.Api).SettleAsync(other.Batches.Get(batch.Id), CancellationToken.None);

        Assert.Equal(Adoption.Tentative, adopted.Adopted);
    }

    [Fact]
    public async Task A_strangers_batch_of_equal_size_is_given_back_when_its_ids_are_seen()
    {
        BatchRecord batch = await LoseCreateAsync("job", "a", "b");
        await StrangerAsync("x", "y");
        BatchRecord adopted = await SettleUntilAsync(batch, static b => b.State != BatchState.Unconfirmed);
        Assert.Equal(Adoption.Tentative, adopted.Adopted);

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => EndAndCollectAsync(adopted));

        Assert.Equal("BatchNotOurs", failure.Id);
        BatchRecord now = _engine.Ledger.Batches.Get(batch.Id);
        Assert.Equal((BatchState.Unconfirmed, Adoption.No, null), (now.State, now.Adopted, now.ServiceId));
        Assert.Equal(2, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Pending);
        Assert.Empty(_engine.Ledger.Folder.AllResults(batch.JobId, batch.Part));

        BatchRecord end = await SettleUntilAsync(now, static b => b.IsAmbiguous || b.State != BatchState.Unconfirmed);
        Assert.True(end.IsAmbiguous);
        JobRecord job = _engine.Job("job");
        Assert.Equal(JobState.Ambiguous, JobStates.Of(_engine.Ledger, job, _engine.Ledger.Batches.OfJob(job.Id)));
    }

    [Fact]
    public async Task Of_several_candidates_the_one_with_our_ids_is_taken()
    {
        BatchRecord batch = await LoseReplyAsync("job", "a", "b");
        string ours = Assert.Single(await _engine.AtServiceAsync()).Id;
        await StrangerAsync("x", "y");

        BatchRecord running = await SettleUntilAsync(batch, static b => b.Settlement?.Candidates is [{ Lists: > 4 }, ..]);
        Assert.Equal(BatchState.Unconfirmed, running.State);
        _engine.Clock.Advance(TimeSpan.FromHours(1));
        BatchRecord adopted = await SettleUntilAsync(batch, static b => b.State != BatchState.Unconfirmed);

        Assert.Equal((ours, Adoption.Confirmed), (adopted.ServiceId, adopted.Adopted));
    }

    [Fact]
    public async Task Candidates_whose_results_do_not_come_are_neither_ours_nor_somebody_elses()
    {
        BatchRecord batch = await LoseReplyAsync("job", "a", "b");
        string ours = Assert.Single(await _engine.AtServiceAsync()).Id;
        await StrangerAsync("x", "y");
        _engine.Clock.Advance(TimeSpan.FromHours(1));
        Network.After = static (request, response) => IsResults(request) ? SignInPage() : response;

        BatchRecord waiting = await SettleUntilAsync(batch, static b => b.Settlement?.Candidates is [{ Lists: > 6 }, ..]);
        Assert.Equal((BatchState.Unconfirmed, false), (waiting.State, waiting.IsAmbiguous));
        Network.After = static (_, response) => response;
        BatchRecord adopted = await SettleUntilAsync(waiting, static b => b.State != BatchState.Unconfirmed);

        Assert.Equal((ours, Adoption.Confirmed), (adopted.ServiceId, adopted.Adopted));
    }

    [Fact]
    public async Task An_adoption_is_not_undone_by_results_that_are_none()
    {
        BatchRecord batch = await LoseReplyAsync("job", "a", "b");
        BatchRecord adopted = await SettleUntilAsync(batch, static b => b.State != BatchState.Unconfirmed);
        Network.After = static (request, response) => IsResults(request) ? SignInPage() : response;

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => EndAndCollectAsync(adopted));

        Assert.Equal("ResultsUnreadable", failure.Id);
        Assert.True(_engine.Ledger.Batches.Get(batch.Id).IsTentative);
        Network.After = static (_, response) => response;
        BatchRecord collected = await EndAndCollectAsync(_engine.Ledger.Batches.Get(batch.Id));
        Assert.Equal((BatchState.Collected, Adoption.Confirmed), (collected.State, collected.Adopted));
    }

    [Fact]
    public async Task An_adopted_batch_whose_results_were_kept_back_until_they_are_archived_is_lost_and_not_sent_again()
    {
        BatchRecord batch = await LoseReplyAsync("job", "a", "b");
        BatchRecord adopted = await SettleUntilAsync(batch, static b => b.State != BatchState.Unconfirmed);
        Network.Before = static request => IsResults(request) ? SignInPage() : null;
        await Assert.ThrowsAsync<ClaudeBatchException>(() => EndAndCollectAsync(adopted));
        _engine.Clock.Advance(TimeSpan.FromDays(29));

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => _engine.CollectAsync(adopted));

        Assert.Equal(("ResultsExpired", BatchState.Lost), (failure.Id, _engine.Ledger.Batches.Get(batch.Id).State));
        Assert.Equal((2, 1), (_engine.Ledger.Jobs.Totals(_engine.Job("job")).Unknown, Network.Creates));
    }

    private static bool IsResults(HttpRequestMessage request) => request.RequestUri!.AbsolutePath.EndsWith("/results", StringComparison.Ordinal);

    private static HttpResponseMessage SignInPage() => new(System.Net.HttpStatusCode.OK) { Content = new StringContent("<html>Sign in</html>") };

    [Fact]
    public async Task Two_batches_with_our_ids_are_for_a_person_to_decide()
    {
        BatchRecord batch = await LoseReplyAsync("job", "a", "b");
        string ours = Assert.Single(await _engine.AtServiceAsync()).Id;
        await StrangerAsync("a", "b");
        _engine.Clock.Advance(TimeSpan.FromHours(1));

        BatchRecord end = await SettleUntilAsync(batch, static b => b.IsAmbiguous || b.State != BatchState.Unconfirmed);
        Assert.True(end.IsAmbiguous);
        Assert.Equal(BatchState.Unconfirmed, (await SettleAsync(end, TimeSpan.FromHours(1))).State);

        BatchRepair repair = new(_engine.Ledger, _engine.Api);
        Assert.Equal(2, (await repair.CandidatesAsync(end, CancellationToken.None)).Count);
        BatchRecord adopted = await repair.AdoptAsync(end, ours, CancellationToken.None);
        Assert.Equal(BatchState.Collected, (await EndAndCollectAsync(adopted)).State);
    }

    [Fact]
    public async Task A_batch_older_than_the_create_or_of_another_size_is_no_candidate()
    {
        await StrangerAsync("old-1", "old-2");
        _engine.Clock.Advance(TimeSpan.FromMinutes(2));
        await StrangerAsync("p", "q", "r");
        BatchRecord batch = await LoseCreateAsync("job", "a", "b");
        await StrangerAsync("s");

        BatchRecord end = await SettleUntilAsync(batch, static b => b.State != BatchState.Unconfirmed);

        Assert.Equal(BatchState.Spooled, end.State);
    }

    [Theory]
    [InlineData(-10)]
    [InlineData(10)]
    public async Task A_wrong_clock_of_ours_changes_nothing(int minutes)
    {
        using EngineFixture wrong = new(between: service => _network = new InterferingHandler(service), skew: TimeSpan.FromMinutes(minutes));
        BatchRecord batch = wrong.Seal("job", "a").NewBatches[0];
        Network.After = static (request, response) => InterferingHandler.IsCreate(request) ? throw new HttpRequestException("reset") : response;
        await wrong.SendAsync(batch);
        Network.After = static (_, response) => response;

        BatchRecord now = wrong.Ledger.Batches.Get(batch.Id);
        for (int i = 0; i < 4; i++)
        {
            wrong.Clock.Advance(TimeSpan.FromSeconds(15));
            now = await new Settler(wrong.Ledger, wrong.Api).SettleAsync(now, CancellationToken.None);
        }

        Assert.Equal((BatchState.InProgress, Adoption.Tentative), (now.State, now.Adopted));
    }

    [Fact]
    public async Task A_part_of_equal_size_waits_until_the_other_is_settled()
    {
        SealedInput input = _engine.Seal("job", [EngineFixture.Request("a"), EngineFixture.Request("b"), EngineFixture.Request("c")], new SpoolLimits(MaxRequests: 1));
        Network.After = static (request, response) => InterferingHandler.IsCreate(request) ? throw new HttpRequestException("reset") : response;
        await _engine.SendAsync(input.NewBatches[0]);
        Network.After = static (_, response) => response;

        SendResult waits = await _engine.SendAsync(input.NewBatches[1]);
        Assert.Equal((BatchState.Spooled, "BatchWaits", true), (waits.Batch.State, waits.Failure!.Id, waits.IsWaiting));
        Assert.Equal(1, Network.Creates);

        await SettleUntilAsync(input.NewBatches[0], static b => b.State != BatchState.Unconfirmed);
        Assert.Equal(BatchState.InProgress, (await _engine.SendAsync(input.NewBatches[1])).Batch.State);
    }

    [Fact]
    public async Task A_busy_reply_that_was_wrong_is_noticed_before_the_batch_is_sent_again()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        Network.After = static (request, response) => InterferingHandler.IsCreate(request) ? Busy() : response;
        SendResult busy = await _engine.SendAsync(batch);
        Assert.Equal(BatchState.Spooled, busy.Batch.State);
        Network.After = static (_, response) => response;
        _engine.Clock.Advance(TimeSpan.FromMinutes(2));

        SendResult doubtful = await _engine.SendAsync(batch);

        Assert.Equal(BatchState.Unconfirmed, doubtful.Batch.State);
        Assert.Equal(1, Network.Creates);
        await SettleUntilAsync(doubtful.Batch, static b => b.State == BatchState.InProgress);
        Assert.Single(await _engine.AtServiceAsync());
    }

    [Fact]
    public async Task A_refused_part_is_not_sent_again_while_another_has_taken_on_trial_what_may_be_it()
    {
        // The list of one part is taken, and before its create another process sends a part of equal size, which is refused and made.
        BatchRecord refused = _engine.Seal("refused", "a", "b").NewBatches[0];
        BatchRecord lost = _engine.Seal("lost", "c", "d").NewBatches[0];
        Network.After = (_, list) =>
        {
            Func<HttpRequestMessage, HttpResponseMessage?> before = Network.Before;
            Network.Before = static _ => null;
            Network.After = static (request, response) => InterferingHandler.IsCreate(request)
                ? new HttpResponseMessage((HttpStatusCode)529)
                {
                    Content = new StringContent("""{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"""),
                }
                : response;
            using JobLedger other = JobLedger.Open(_engine.Ledger.Folder, _engine.Clock);
            new BatchSender(other, _engine.Api).SendAsync(refused.Id, null, CancellationToken.None).GetAwaiter().GetResult();
            (Network.Before, Network.After) = (before, static (_, response) => response);
            return list;
        };
        await LoseCreateAsync(lost);
        Assert.Equal(BatchState.Spooled, _engine.Ledger.Batches.Get(refused.Id).State);
        BatchRecord onTrial = await SettleUntilAsync(lost, static b => b.State != BatchState.Unconfirmed);
        Assert.Equal(Adoption.Tentative, onTrial.Adopted);

        SendResult again = await _engine.SendAsync(refused);
        Assert.Equal((BatchState.Unconfirmed, "BatchUnconfirmed"), (again.Batch.State, again.Failure?.Id));
        await SettleAsync(refused, TimeSpan.FromSeconds(10));

        // The answers tell whose it is.
        Assert.Equal("BatchNotOurs", (await Assert.ThrowsAsync<ClaudeBatchException>(() => EndAndCollectAsync(lost))).Id);
        BatchRecord found = await SettleUntilAsync(refused, static b => b.State != BatchState.Unconfirmed);
        Assert.Equal(onTrial.ServiceId, found.ServiceId);
        Assert.Equal(BatchState.Collected, (await EndAndCollectAsync(found)).State);
        Assert.Single(await _engine.AtServiceAsync());
    }

    [Fact]
    public async Task A_busy_service_is_left_alone_as_long_as_it_asks()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        Network.Before = static request => InterferingHandler.IsCreate(request) ? Busy() : null;
        await _engine.SendAsync(batch);
        Network.Before = static _ => null;

        _engine.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("ServiceBusy", (await _engine.SendAsync(batch)).Failure!.Id);
        _engine.Clock.Advance(TimeSpan.FromSeconds(16));
        Assert.Equal(BatchState.InProgress, (await _engine.SendAsync(batch)).Batch.State);
        Assert.Equal(2, Network.Creates);
    }

    [Fact]
    public async Task At_the_queue_limit_a_part_waits_until_one_of_ours_has_ended()
    {
        _engine.Plan.QueueLimit = 2;
        SealedInput input = _engine.Seal("job", [EngineFixture.Request("a"), EngineFixture.Request("b"), EngineFixture.Request("c")], new SpoolLimits(MaxRequests: 2));
        await _engine.SendAsync(input.NewBatches[0]);
        Assert.Equal("QueueFull", (await _engine.SendAsync(input.NewBatches[1])).Failure!.Id);
        _engine.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("QueueFull", (await _engine.SendAsync(input.NewBatches[1])).Failure!.Id);
        Assert.Equal(2, Network.Creates);

        _engine.Clock.Advance(TimeSpan.FromMinutes(20));
        await new BatchPoller(_engine.Ledger, _engine.Api, _engine.Clock).RefreshAsync(_engine.Ledger.Batches.Get(input.NewBatches[0].Id), CancellationToken.None);
        Assert.Equal(BatchState.InProgress, (await _engine.SendAsync(input.NewBatches[1])).Batch.State);
    }

    [Fact]
    public async Task The_same_line_from_another_ledger_at_the_same_moment_is_warned_of()
    {
        await StrangerAsync("a", "b");
        BatchRecord batch = _engine.Seal("job", "a", "b").NewBatches[0];

        SendResult result = await _engine.SendAsync(batch);

        Assert.Equal(BatchState.InProgress, result.Batch.State);
        Assert.Contains("from another ledger", result.Warning!, StringComparison.Ordinal);
    }

    private static HttpResponseMessage Busy()
    {
        HttpResponseMessage reply = new((HttpStatusCode)529)
        {
            Content = new StringContent("""{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req_1"}"""),
        };
        reply.Headers.Add("retry-after", "45");
        return reply;
    }

    private async Task<BatchRecord> LoseReplyAsync(string job, params string[] ids)
    {
        BatchRecord batch = _engine.Seal(job, ids).NewBatches[0];
        Network.After = static (request, response) => InterferingHandler.IsCreate(request) ? throw new HttpRequestException("reset") : response;
        SendResult result = await _engine.SendAsync(batch);
        Network.After = static (_, response) => response;
        Assert.Equal(BatchState.Unconfirmed, result.Batch.State);
        return result.Batch;
    }

    // Sends the whole body of a create call, of which the service makes no batch.
    private Task<BatchRecord> LoseCreateAsync(string job, params string[] ids) => LoseCreateAsync(_engine.Seal(job, ids).NewBatches[0]);

    private async Task<BatchRecord> LoseCreateAsync(BatchRecord batch)
    {
        Network.Before = static request =>
        {
            if (!InterferingHandler.IsCreate(request))
            {
                return null;
            }

            request.Content!.CopyToAsync(Stream.Null).GetAwaiter().GetResult();
            throw new HttpRequestException("reset");
        };
        SendResult result = await _engine.SendAsync(batch);
        Network.Before = static _ => null;
        Assert.Equal(BatchState.Unconfirmed, result.Batch.State);
        return result.Batch;
    }

    /// <summary>Makes a batch in the same account as somebody else would, with another ledger.</summary>
    private async Task StrangerAsync(params string[] ids)
    {
        using JobLedger ledger = JobLedger.OpenOrCreate(new LedgerFolder(Path.Combine(_engine.Root, Guid.NewGuid().ToString("N"))), _engine.Clock);
        using JobInput input = JobInput.Open(ledger, new JobInputOptions { Name = "stranger", Connection = _engine.Connection });
        foreach (string id in ids)
        {
            input.Add(id, EngineFixture.Request(id).Utf8.Span, default);
        }

        await new BatchSender(ledger, _engine.Api).SendAsync(input.Seal().NewBatches[0].Id, null, CancellationToken.None);
    }

    private async Task<BatchRecord> SettleAsync(BatchRecord batch, TimeSpan later)
    {
        _engine.Clock.Advance(later);
        return await new Settler(_engine.Ledger, _engine.Api).SettleAsync(_engine.Ledger.Batches.Get(batch.Id), CancellationToken.None);
    }

    private async Task<BatchRecord> SettleUntilAsync(BatchRecord batch, Func<BatchRecord, bool> isDone)
    {
        for (int i = 0; i < 40; i++)
        {
            BatchRecord now = await SettleAsync(batch, TimeSpan.FromSeconds(12));
            if (isDone(now))
            {
                return now;
            }
        }

        throw new InvalidOperationException("It was never settled.");
    }

    private async Task<BatchRecord> EndAndCollectAsync(BatchRecord batch)
    {
        _engine.Clock.Advance(TimeSpan.FromHours(1));
        await new BatchPoller(_engine.Ledger, _engine.Api, _engine.Clock).RefreshAsync(_engine.Ledger.Batches.Get(batch.Id), CancellationToken.None);
        return await _engine.CollectAsync(batch);
    }
}
