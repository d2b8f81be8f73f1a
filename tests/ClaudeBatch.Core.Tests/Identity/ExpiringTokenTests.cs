using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Core.Sending;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Identity;

/// <summary>A job whose token runs out: in an upload, in a day of waiting, before a step begins.</summary>
public sealed class ExpiringTokenTests
{
    [Fact]
    public async Task A_day_of_waiting_takes_a_token_after_another()
    {
        using KeylessFixture keyless = new(static plan => plan.Latency = TimeSpan.FromHours(20));
        BatchRecord sent = await keyless.SentAsync();
        BatchPoller poller = new(keyless.Engine.Ledger, keyless.Engine.Api, keyless.Engine.Clock);
        while (sent.State == BatchState.InProgress)
        {
            keyless.Engine.Clock.Advance(TimeSpan.FromMinutes(5));
            sent = await poller.RefreshAsync(sent, CancellationToken.None);
        }

        Assert.Equal(BatchState.Ended, sent.State);
        Assert.InRange(keyless.Exchanges, 20, 22);
        await new BatchCollector(keyless.Engine.Ledger, keyless.Engine.Api, keyless.Engine.Clock).CollectAsync(sent.Id, null, CancellationToken.None);
        Assert.Equal(BatchState.Collected, keyless.Engine.Ledger.Batches.Get(sent.Id).State);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_token_that_runs_out_while_a_body_goes_up_makes_no_second_batch(bool needsPipeline)
    {
        using KeylessFixture keyless = new(needsPipeline: needsPipeline);
        BatchRecord part = keyless.Engine.Seal("job", "a", "b").NewBatches.Single();
        keyless.Network.Before = request =>
        {
            if (InterferingHandler.IsCreate(request) && keyless.Network.Creates == 1)
            {
                keyless.Engine.Clock.Advance(TimeSpan.FromHours(2));
            }

            return null;
        };

        SendResult sent = await keyless.Engine.SendAsync(part);
        if (needsPipeline)
        {
            Assert.Equal((BatchState.Spooled, "CredentialExpired", 1), (sent.Batch.State, sent.Failure!.Id, keyless.Exchanges));
            sent = await keyless.Engine.SendAsync(sent.Batch);
        }

        Assert.Equal((BatchState.InProgress, 2, 2), (sent.Batch.State, keyless.Exchanges, keyless.Network.Creates));
        AccountList account = await AccountList.FetchAsync(keyless.Engine.Api, DateTimeOffset.MinValue, CancellationToken.None);
        Assert.Single(account.Batches);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_step_that_begins_with_a_token_that_has_run_out_gets_one_first(bool needsPipeline)
    {
        using KeylessFixture keyless = new(needsPipeline: needsPipeline);
        BatchRecord sent = await keyless.SentAsync();
        keyless.Engine.Clock.Advance(TimeSpan.FromHours(20));
        List<string> calls = [];
        keyless.BeforeExchange = _ =>
        {
            calls.Add("exchange");
            return null;
        };
        using BatchApi api = OfNextProcess(keyless, calls);
        JobRecord job = keyless.Engine.Ledger.Jobs.Get(sent.JobId);

        await StepOf(keyless, api).RunAsync(job, isAsked: true, CancellationToken.None);

        Assert.Equal("exchange", calls[0]);
        Assert.Single(calls, "exchange");
        Assert.Equal(BatchState.Collected, keyless.Engine.Ledger.Batches.Get(sent.Id).State);
    }

    [Fact]
    public async Task A_step_that_begins_with_a_token_that_has_run_out_and_a_used_identity_token_loses_nothing()
    {
        using KeylessFixture keyless = new();
        BatchRecord sent = await keyless.SentAsync();
        keyless.Engine.Clock.Advance(TimeSpan.FromHours(20));
        keyless.Source.IsStuck = true;
        List<string> calls = [];
        using BatchApi api = OfNextProcess(keyless, calls);
        JobRecord job = keyless.Engine.Ledger.Jobs.Get(sent.JobId);

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => StepOf(keyless, api).RunAsync(job, isAsked: true, CancellationToken.None));

        Assert.Equal("IdentityTokenUsed", failure.Id);
        Assert.Empty(calls);
        Assert.Equal((1, BatchState.InProgress), (keyless.Exchanges, keyless.Engine.Ledger.Batches.Get(sent.Id).State));
        Assert.Null(keyless.Engine.Ledger.Jobs.Get(sent.JobId).PauseReason);
        keyless.Source.IsStuck = false;
        await StepOf(keyless, api).RunAsync(job, isAsked: true, CancellationToken.None);
        Assert.Equal(BatchState.Collected, keyless.Engine.Ledger.Batches.Get(sent.Id).State);
    }

    private static BatchApi OfNextProcess(KeylessFixture keyless, List<string> calls)
    {
        InterferingHandler network = new(new EmulatorHandler(Path.Combine(keyless.Engine.Root, "service"), keyless.Engine.Plan, keyless.Engine.Clock))
        {
            Before = _ =>
            {
                calls.Add("call");
                return null;
            },
        };
        return new BatchApi(new ServiceConnection(EmulatorHandler.BaseAddress, keyless.Another()), network, keyless.Engine.Clock);
    }

    private static JobStep StepOf(KeylessFixture keyless, BatchApi api)
        => new(keyless.Engine.Ledger, new BatchRound(keyless.Engine.Ledger, api), new BatchCollector(keyless.Engine.Ledger, api, keyless.Engine.Clock));
}
