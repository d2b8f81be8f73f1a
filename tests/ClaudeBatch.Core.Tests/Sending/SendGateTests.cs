using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Sending;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Sending;

/// <summary>What keeps a part from being sent now, and is told before the service is called.</summary>
public sealed class SendGateTests : IDisposable
{
    private readonly EngineFixture _engine;

    private InterferingHandler? _network;

    private int _calls;

    public SendGateTests()
    {
        _engine = new EngineFixture(
            new EmulatorPlan { Latency = TimeSpan.FromHours(3) }, service => _network = new InterferingHandler(service));
        CountCalls();
    }

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task A_stopped_job_sends_nothing_and_says_how_it_goes_on()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        _engine.Ledger.Stop(_engine.Job("job"));

        SendResult result = await _engine.SendAsync(batch);

        Assert.Equal(("JobStopped", FailureKind.Conflict, (object)"job/1"), (result.Failure!.Id, result.Failure.Kind, result.Failure.Target));
        Assert.Contains("Resume-ClaudeBatch -Job job -Force", result.Failure.Message, StringComparison.Ordinal);
        Assert.Equal((BatchState.Spooled, false, 0), (result.Batch.State, result.IsWaiting, _calls));
    }

    [Theory]
    [InlineData(PauseCause.ForeignReply)]
    [InlineData(PauseCause.RepliesLost)]
    public async Task A_job_that_a_person_has_to_name_sends_nothing(PauseCause cause)
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        _engine.Ledger.Jobs.Pause(_engine.Job("job"), cause, "Mend the gateway.");

        SendResult result = await _engine.SendAsync(batch);

        Assert.Equal(("JobPaused", (object)"job/1", 0), (result.Failure!.Id, result.Failure.Target, _calls));
        Assert.Contains("Mend the gateway.", result.Failure.Message, StringComparison.Ordinal);
        Assert.False(result.IsWaiting);
    }

    [Theory]
    [InlineData(PauseCause.ApiKeyRejected)]
    [InlineData(PauseCause.BillingRefused)]
    public async Task A_job_that_waits_for_the_account_is_tried_and_goes_on_when_that_is_mended(PauseCause cause)
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        _engine.Ledger.Jobs.Pause(_engine.Job("job"), cause, "Top up.");

        Assert.Equal(BatchState.InProgress, (await _engine.SendAsync(batch)).Batch.State);
        Assert.Null(_engine.Job("job").PauseReason);
    }

    [Fact]
    public async Task A_spool_that_is_gone_is_told_before_anybody_is_called_and_the_same_line_sends_its_rows()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        File.Delete(_engine.Ledger.Folder.Spool(batch.JobId, batch.Part));

        SendResult result = await _engine.SendAsync(batch);

        Assert.Equal((FailureCause.SpoolChanged, BatchState.Abandoned, 0), (result.Failure!.Cause, result.Batch.State, _calls));
        BatchRecord anew = Assert.Single(_engine.Seal("job", "a").NewBatches);
        Assert.Equal(BatchState.InProgress, (await _engine.SendAsync(anew)).Batch.State);
    }

    [Fact]
    public async Task A_part_that_another_process_works_on_is_left_to_it()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        SendResult result;
        using (OwnershipLock.TryTake(_engine.Ledger.Folder, batch.LockName))
        {
            result = await _engine.SendAsync(batch);
        }

        Assert.Equal(("BatchBusy", BatchState.Spooled, 0), (result.Failure!.Id, result.Batch.State, _calls));
        Assert.Equal(BatchState.InProgress, (await _engine.SendAsync(batch)).Batch.State);
    }

    [Fact]
    public async Task A_part_waits_for_one_of_equal_size_that_is_unconfirmed_and_names_it()
    {
        await _engine.LoseCreateAsync(_network!, "first", "a");
        BatchRecord second = _engine.Seal("second", "b").NewBatches[0];
        CountCalls();

        SendResult result = await _engine.SendAsync(second);

        Assert.Equal(("BatchWaits", (object)"second/1", null, 0), (result.Failure!.Id, result.Failure.Target, result.Failure.RetryAfter, _calls));
        Assert.Contains("'first/1'", result.Failure.Message, StringComparison.Ordinal);
        Assert.True(result.IsWaiting);
    }

    [Fact]
    public async Task An_upload_that_broke_off_holds_no_other_part_up()
    {
        BatchRecord first = _engine.Seal("first", "a").NewBatches[0];
        _engine.Change(first, static b => b with { State = BatchState.Uploading, Intent = new SubmissionIntent([], null).ToJson() });
        BatchRecord second = _engine.Seal("second", "b").NewBatches[0];

        Assert.Equal(BatchState.InProgress, (await _engine.SendAsync(second)).Batch.State);
        Assert.Equal(BatchState.InProgress, (await _engine.SendAsync(first)).Batch.State);
    }

    [Fact]
    public async Task A_service_that_is_busy_and_names_no_time_is_left_alone_for_half_a_minute()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        _network!.Refuse(static () => CreateFaults.Error(529, "overloaded_error"));
        SendResult busy = await _engine.SendAsync(batch);
        Assert.Equal(("ServiceOverloaded", (object)"job/1", "req_refused"), (busy.Failure!.Id, busy.Failure.Target, busy.Failure.RequestId));
        Assert.Equal((TimeSpan.FromSeconds(30), true), (busy.Failure.RetryAfter, busy.IsWaiting));
        Assert.Contains("after 30 seconds.", busy.Failure.Message, StringComparison.Ordinal);
        CountCalls();

        PassTo(busy.Batch.NotBefore!.Value.AddSeconds(-1));
        SendResult early = await _engine.SendAsync(batch);
        Assert.Equal(("ServiceBusy", TimeSpan.FromSeconds(1), true), (early.Failure!.Id, early.Failure.RetryAfter, early.IsWaiting));
        Assert.Contains("(No.); it is sent again in 1 seconds", early.Failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, _calls);

        PassTo(busy.Batch.NotBefore!.Value);
        Assert.Equal(BatchState.InProgress, (await _engine.SendAsync(batch)).Batch.State);
    }

    [Fact]
    public async Task A_service_that_is_busy_and_names_a_time_is_left_alone_as_long()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        _network!.Refuse(static () =>
        {
            HttpResponseMessage busy = CreateFaults.Error(529, "overloaded_error");
            busy.Headers.Add("retry-after", "45");
            return busy;
        });

        Assert.Equal(TimeSpan.FromSeconds(45), (await _engine.SendAsync(batch)).Failure!.RetryAfter);
    }

    [Theory]
    [InlineData(0, "ServiceBusy")]
    [InlineData(1, null)]
    public async Task A_wait_of_more_than_an_hour_is_a_clock_that_was_set_back(int more, string? id)
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        _engine.Change(batch, b => b with { NotBefore = _engine.Clock.GetUtcNow().UtcDateTime.AddHours(1).AddSeconds(more) });

        SendResult result = await _engine.SendAsync(batch);

        Assert.Equal(id, result.Failure?.Id);
    }

    [Theory]
    [InlineData(1, "QueueFull")]
    [InlineData(2, null)]
    public async Task A_full_queue_is_waited_for_until_fewer_batches_run(int running, string? id)
    {
        await _engine.SendAsync(_engine.Seal("running", "x", "y").NewBatches[0]);
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        _engine.Change(batch, b => b with { WaitsForRoom = running });
        CountCalls();

        SendResult result = await _engine.SendAsync(batch);

        Assert.Equal((id, id is null), (result.Failure?.Id, _calls > 0));
        if (result.Failure is { } failure)
        {
            Assert.Equal(((object)"job/1", null, true), (failure.Target, failure.RetryAfter, result.IsWaiting));
            Assert.Contains("the 1 running batches", failure.Message, StringComparison.Ordinal);
        }
    }

    private void CountCalls()
    {
        _calls = 0;
        _network!.Before = _ =>
        {
            _calls++;
            return null;
        };
    }

    private void PassTo(DateTime time) => _engine.Clock.Advance(time - _engine.Clock.GetUtcNow().UtcDateTime);
}
