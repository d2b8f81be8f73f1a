using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Sending;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Sending;

/// <summary>Requests that were refused or lost once: what is looked at before they are sent a second time, and who may ask for it.</summary>
public sealed class SecondSendTests : IDisposable
{
    private readonly EngineFixture _engine;

    private InterferingHandler? _network;

    public SecondSendTests() => _engine = new EngineFixture(
        new EmulatorPlan { Latency = TimeSpan.FromMinutes(20) }, service => _network = new InterferingHandler(service));

    private InterferingHandler Network => _network!;

    private DateTime Now => _engine.Clock.GetUtcNow().UtcDateTime;

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task A_person_who_names_the_job_has_what_was_lost_sent_once_more()
    {
        BatchRecord absent = await LoseAsync("a");
        _engine.Change(absent, static b => b with { Resends = 2, Settlement = new Settlement { IsAbsent = true, Excluded = ["msgbatch_x"] } });
        BatchRecord unsettled = _engine.Change(
            _engine.Seal("job", "a", "b", "c").NewBatches[0], static b => b with { State = BatchState.Unconfirmed, Settlement = new Settlement() });
        _engine.Ledger.Jobs.Pause(_engine.Job("job"), PauseCause.RepliesLost, "Mend it.");

        SecondSend.Permit(_engine.Ledger, _engine.Job("job"));

        BatchRecord now = _engine.Now(absent);
        Assert.Equal((BatchState.Spooled, 0, false), (now.State, now.Resends, now.Settlement!.IsAbsent));
        Assert.Equal(["msgbatch_x"], now.Settlement.Excluded);
        Assert.Equal(BatchState.Unconfirmed, _engine.Now(unsettled).State);
        Assert.Null(_engine.Job("job").PauseReason);
        Assert.Equal("It is sent once more, as a person has asked.", Assert.Single(_engine.Journal(EventKind.Spooled)));
        Assert.Single(_engine.Journal(EventKind.Restarted));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(PauseCause.ApiKeyRejected)]
    public async Task A_job_that_is_sent_anyway_needs_no_permission(PauseCause? cause)
    {
        BatchRecord absent = await LoseAsync("a");
        _engine.Change(absent, static b => b with { Settlement = new Settlement { IsAbsent = true } });
        if (cause is { } paused)
        {
            _engine.Ledger.Jobs.Pause(_engine.Job("job"), paused, "Set a key.");
        }

        SecondSend.Permit(_engine.Ledger, _engine.Job("job"));

        Assert.Equal((BatchState.Unconfirmed, cause), (_engine.Now(absent).State, _engine.Job("job").PausedFor));
        Assert.Empty(_engine.Journal(EventKind.Restarted));
    }

    [Fact]
    public async Task A_job_whose_answers_wait_for_the_account_stays_paused()
    {
        Network.Answer(static _ => ScriptedAnswers.Errored("billing_error"));
        await _engine.RunAsync(_engine.Seal("job", "a").NewBatches[0]);
        _engine.Ledger.Jobs.Pause(_engine.Job("job"), PauseCause.RepliesLost, "Mend it.");

        SecondSend.Permit(_engine.Ledger, _engine.Job("job"));

        Assert.Equal("Mend it.", _engine.Job("job").PauseReason);
        Assert.Single(_engine.Journal(EventKind.Restarted));
    }

    [Theory]
    [InlineData(true, true, 15 * 60, true)]
    [InlineData(true, true, (15 * 60) + 1, false)]
    [InlineData(true, false, 24 * 3600, true)]
    [InlineData(false, true, 24 * 3600, true)]
    public async Task A_batch_of_equal_size_that_appears_after_a_refusal_may_be_the_refused_one_for_a_quarter_of_an_hour(
        bool isService, bool isListed, int seconds, bool isDoubtful)
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        _engine.Change(batch, b => b with { Intent = Empty, Refusal = new Refusal(429, isService, "No.", Now, isListed) });
        _engine.Clock.Advance(TimeSpan.FromSeconds(seconds));
        await _engine.StrangerAsync("x");
        int before = Network.Creates;

        SendResult result = await _engine.SendAsync(batch);

        Assert.Equal(isDoubtful ? "BatchUnconfirmed" : null, result.Failure?.Id);
        Assert.Equal(isDoubtful ? BatchState.Unconfirmed : BatchState.InProgress, result.Batch.State);
        Assert.Equal(isDoubtful ? 0 : 1, Network.Creates - before);
    }

    [Theory]
    [InlineData("refusal", true, true)]
    [InlineData("settlement", true, true)]
    [InlineData("wait", true, true)]
    [InlineData("nothing", true, false)]
    [InlineData("wait", false, false)]
    public async Task Only_a_part_that_may_have_been_made_is_searched_for(string left, bool wasListed, bool isDoubtful)
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        _engine.Change(batch, b => b with
        {
            Intent = wasListed ? Empty : null,
            Refusal = left == "refusal" ? new Refusal(401, true, "No.", Now) : null,
            Settlement = left == "settlement" ? new Settlement() : null,
            NotBefore = left == "wait" ? Now : null,
        });
        await _engine.StrangerAsync("x");

        SendResult result = await _engine.SendAsync(batch);

        Assert.Equal(isDoubtful ? BatchState.Unconfirmed : BatchState.InProgress, result.Batch.State);
    }

    [Fact]
    public async Task Doubt_about_an_earlier_part_holds_the_later_one_and_has_the_earlier_one_settled()
    {
        (BatchRecord earlier, BatchRecord later) = await RejectAsync();
        _engine.Change(earlier, b => b with { NotBefore = Now, Settlement = new Settlement { EmptyLists = 3, Excluded = ["msgbatch_x"] } });
        await _engine.StrangerAsync("x", "y");
        int before = Network.Creates;

        SendResult result = await _engine.SendAsync(later);

        Assert.Equal((later.Id, BatchState.Spooled, true), (result.Batch.Id, result.Batch.State, result.IsWaiting));
        Assert.Equal(("BatchUnconfirmed", (object)"job/1", 0), (result.Failure!.Id, result.Failure.Target, Network.Creates - before));
        BatchRecord now = _engine.Now(earlier);
        Assert.Equal((BatchState.Unconfirmed, null, result.Failure.Message), (now.State, now.NotBefore, now.Message));
        Assert.Equal((0, "msgbatch_x"), (now.Settlement!.EmptyLists, Assert.Single(now.Settlement.Excluded)));
        Assert.Contains(result.Failure.Message, _engine.Journal(EventKind.Unconfirmed));
    }

    [Fact]
    public async Task An_earlier_part_that_is_still_being_settled_holds_the_later_one_and_is_left_as_it_is()
    {
        (BatchRecord earlier, BatchRecord later) = await RejectAsync();
        BatchRecord unsettled = _engine.Change(
            earlier, static b => b with { State = BatchState.Unconfirmed, Settlement = new Settlement { IsAbsent = true } });

        SendResult result = await _engine.SendAsync(later);

        Assert.Equal(("BatchUnconfirmed", later.Id), (result.Failure!.Id, result.Batch.Id));
        Assert.Equal(unsettled.Version, _engine.Now(earlier).Version);
    }

    [Fact]
    public async Task An_earlier_part_that_no_list_shows_holds_nothing_and_is_known_to_have_been_looked_for()
    {
        (BatchRecord earlier, BatchRecord later) = await RejectAsync();
        Assert.False(_engine.Now(earlier).Refusal!.IsListed);

        SendResult result = await _engine.SendAsync(later);

        Assert.Equal((BatchState.InProgress, null), (result.Batch.State, result.Failure));
        BatchRecord now = _engine.Now(earlier);
        Assert.Equal((BatchState.Rejected, true, 400), (now.State, now.Refusal!.IsListed, now.Refusal.Status));
    }

    [Fact]
    public async Task The_account_is_listed_back_to_the_earliest_time_at_which_a_refused_part_can_have_been_made()
    {
        BatchRecord[] parts = [.. new[] { "a", "b", "c" }.Select(id => _engine.Seal("job", id).NewBatches[0])];
        DateTimeOffset now = _engine.Clock.GetUtcNow();
        BatchRecord At(int part, DateTimeOffset? newest)
            => _engine.Change(parts[part], b => b with { Intent = new SubmissionIntent(["msgbatch_x"], newest).ToJson() });

        Assert.Null(SecondSend.BackTo([]));
        Assert.Equal(now.AddSeconds(-60), SecondSend.BackTo([At(0, now)]));
        Assert.Equal(now.AddHours(-3).AddSeconds(-60), SecondSend.BackTo([At(0, now), At(1, now.AddHours(-3))]));
        Assert.Equal(DateTimeOffset.MinValue, SecondSend.BackTo([At(0, now), At(2, null)])); // its list was empty: any batch may be it
    }

    private static string Empty => new SubmissionIntent([], null).ToJson();

    private async Task<BatchRecord> LoseAsync(params string[] ids) => await _engine.LoseCreateAsync(Network, "job", ids);

    // A part that the service has refused, and the one in which its rows are sent again.
    private async Task<(BatchRecord Earlier, BatchRecord Later)> RejectAsync()
    {
        BatchRecord earlier = _engine.Seal("job", "a", "b").NewBatches[0];
        Network.Refuse(static () => CreateFaults.Error(400, "invalid_request_error"));
        Assert.Equal(BatchState.Rejected, (await _engine.SendAsync(earlier)).Batch.State);
        Network.Recover();
        return (earlier, Assert.Single(_engine.Seal("job", "a", "b").NewBatches));
    }
}
