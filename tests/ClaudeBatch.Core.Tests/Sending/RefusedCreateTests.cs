using System.Net;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Sending;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Sending;

/// <summary>What is written down and told of a create that was refused, and of one that another ledger may have made, too.</summary>
public sealed class RefusedCreateTests : IDisposable
{
    private const string Queue = "Too many requests are in the processing queue.";

    private readonly EngineFixture _engine;

    private InterferingHandler? _network;

    public RefusedCreateTests() => _engine = new EngineFixture(
        new EmulatorPlan { Latency = TimeSpan.FromHours(3) }, service => _network = new InterferingHandler(service));

    private InterferingHandler Network => _network!;

    public void Dispose() => _engine.Dispose();

    [Theory]
    [InlineData(429, "rate_limit_error", Queue, true, "QueueFull", 1)]
    [InlineData(429, "rate_limit_error", Queue, false, "QueueFull", 0)]
    [InlineData(429, "rate_limit_error", "Too many tokens.", true, "RateLimited", 0)]
    [InlineData(529, "overloaded_error", Queue, true, "ServiceOverloaded", 0)]
    public async Task Only_a_full_queue_makes_the_parts_of_the_job_wait_for_room(int status, string type, string words, bool isRunning, string id, int room)
    {
        if (isRunning)
        {
            await _engine.SendAsync(_engine.Seal("running", "x", "y", "z").NewBatches[0]);
        }

        SealedInput input = _engine.Seal("job", [EngineFixture.Request("a"), EngineFixture.Request("b")], new SpoolLimits(MaxRequests: 1));
        BatchRecord another = _engine.Seal("another", "c").NewBatches[0];
        Network.Refuse(() => CreateFaults.Error(status, type, words));

        SendResult result = await _engine.SendAsync(input.NewBatches[0]);

        Assert.Equal((BatchState.Spooled, id, true), (result.Batch.State, result.Failure!.Id, result.IsWaiting));
        Assert.Contains(words, result.Failure.Message, StringComparison.Ordinal);
        Assert.Equal(room > 0, result.Failure.Message.Contains("and when one of our batches has ended", StringComparison.Ordinal));
        Assert.Equal([room, room, 0], new[] { input.NewBatches[0], input.NewBatches[1], another }.Select(b => _engine.Now(b).WaitsForRoom));
        Assert.Equal((status, true, words), Of(_engine.Now(result.Batch).Refusal!));
        Assert.Equal(words, _engine.Now(result.Batch).Message);
        Network.Recover();
        _engine.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(room > 0 ? "QueueFull" : null, (await _engine.SendAsync(input.NewBatches[0])).Failure?.Id);
    }

    [Fact]
    public async Task A_rejection_is_kept_with_the_services_words()
    {
        Network.Refuse(static () => CreateFaults.Error(400, "invalid_request_error", "requests: too short"));

        SendResult result = await _engine.SendAsync(_engine.Seal("job", "a").NewBatches[0]);

        Assert.Equal((BatchState.Rejected, result.Failure!.Message), (result.Batch.State, result.Batch.Message));
        Assert.Equal((400, true, "requests: too short"), Of(result.Batch.Refusal!));
        EventRecord written = _engine.Ledger.Events.Read(null, null, 0, 100).Single(static e => e.Kind == nameof(EventKind.Rejected));
        Assert.Equal((result.Failure.Message, "req_refused"), (written.Message, written.RequestId));
    }

    [Fact]
    public async Task A_foreign_reply_after_the_last_byte_is_kept_as_what_it_is()
    {
        Network.ReplyInstead(static _ => Page(504, "Gateway timeout"));

        SendResult result = await _engine.SendAsync(_engine.Seal("job", "a").NewBatches[0]);

        Assert.Equal((BatchState.Unconfirmed, 504, false), (result.Batch.State, result.Batch.Refusal!.Status, result.Batch.Refusal.IsService));
        Assert.Contains("has replied with status 504", result.Failure!.Message, StringComparison.Ordinal);
        Assert.Contains(_engine.Journal(EventKind.Unconfirmed), static m => m.Contains("(Create batch: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_lost_reply_is_no_refusal()
    {
        Network.LoseReplies();

        SendResult result = await _engine.SendAsync(_engine.Seal("job", "a").NewBatches[0]);

        Assert.Null(result.Batch.Refusal);
        Assert.Contains("'job/1' was sent and the reply was lost", result.Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_lost_reply_nothing_more_is_asked()
    {
        int calls = 0;
        Network.After = (request, response) =>
        {
            calls++;
            return InterferingHandler.IsCreate(request) ? throw new HttpRequestException("reset") : response;
        };

        await _engine.SendAsync(_engine.Seal("job", "a").NewBatches[0]);

        Assert.Equal(2, calls); // the list before the create, and the create
    }

    [Fact]
    public async Task An_error_of_the_service_after_the_last_byte_is_told_as_a_lost_reply()
    {
        Network.ReplyInstead(static _ => CreateFaults.Error(500, "api_error"));

        SendResult result = await _engine.SendAsync(_engine.Seal("job", "a").NewBatches[0]);

        Assert.Contains("the reply was lost", result.Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_on_the_way_names_the_reply_and_the_line_that_goes_on()
    {
        Network.Refuse(static () => Page(403, "Blocked"));

        SendResult result = await _engine.SendAsync(_engine.Seal("job", "a").NewBatches[0]);

        Assert.Equal((FailureKind.Conflict, (object)"job/1", false), (result.Failure!.Kind, result.Failure.Target, result.IsWaiting));
        Assert.Equal((403, false), (result.Batch.Refusal!.Status, result.Batch.Refusal.IsService));
        string reason = _engine.Job("job").PauseReason!;
        Assert.Contains("before all of it was sent, with status 403", reason, StringComparison.Ordinal);
        Assert.Contains("Resume-ClaudeBatch -Job job", reason, StringComparison.Ordinal);
        Assert.Equal(reason, Assert.Single(_engine.Journal(EventKind.Paused)));
    }

    [Fact]
    public async Task A_part_that_is_too_large_on_the_way_is_rejected_and_pauses_nothing()
    {
        Network.Refuse(static () => Page(413, "Too large"));

        SendResult result = await _engine.SendAsync(_engine.Seal("job", "a").NewBatches[0]);

        Assert.Equal((BatchState.Rejected, null), (result.Batch.State, _engine.Job("job").PausedFor));
    }

    [Theory]
    [InlineData(600, 2, true)]
    [InlineData(601, 2, false)]
    [InlineData(0, 3, false)]
    public async Task A_batch_that_this_ledger_does_not_know_is_warned_of_where_it_may_be_the_same_job(int seconds, int count, bool isWarned)
    {
        string theirs = await _engine.StrangerAsync([.. Enumerable.Range(0, count).Select(static i => $"x{i}")]);
        _engine.Clock.Advance(TimeSpan.FromSeconds(seconds));

        SendResult result = await _engine.SendAsync(_engine.Seal("job", "a", "b").NewBatches[0]);

        Assert.Equal(isWarned, result.Warning is not null);
        Assert.Equal(isWarned ? [result.Warning!] : [], _engine.Journal(EventKind.DoubleSuspected));
        Assert.Equal(isWarned, result.Warning?.Contains(theirs, StringComparison.Ordinal) ?? false);
    }

    [Fact]
    public async Task A_part_of_this_ledger_is_no_double()
    {
        await _engine.SendAsync(_engine.Seal("first", "a", "b").NewBatches[0]);

        Assert.Null((await _engine.SendAsync(_engine.Seal("second", "c", "d").NewBatches[0])).Warning);
    }

    [Fact]
    public async Task A_list_for_doubles_that_fails_is_written_down_and_harms_nothing()
    {
        await _engine.StrangerAsync("x");
        Network.ReplyInstead(response =>
        {
            Network.Before = static _ => CreateFaults.Error(500, "api_error", "Not now.");
            return response;
        });

        SendResult result = await _engine.SendAsync(_engine.Seal("job", "a").NewBatches[0]);

        Assert.Equal((BatchState.InProgress, null, null), (result.Batch.State, result.Failure, result.Warning));
        Assert.Contains("Not now.", Assert.Single(_engine.Journal(EventKind.DoubleNotChecked)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_that_is_accepted_after_a_stop_is_canceled_and_says_why()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        _engine.Between = _ => _engine.Ledger.Stop(_engine.Job("job"));

        SendResult result = await _engine.SendAsync(batch);

        Assert.Equal((BatchState.Canceling, null), (result.Batch.State, result.Failure));
        Assert.Equal("Canceled, because its job was stopped while it was sent.", Assert.Single(_engine.Journal(EventKind.Canceling)));
    }

    private static (int Status, bool IsService, string Words) Of(Refusal refusal) => (refusal.Status, refusal.IsService, refusal.Words);

    private static HttpResponseMessage Page(int status, string words)
        => new((HttpStatusCode)status) { Content = new StringContent($"<html>{words}</html>") };
}
