using System.Net;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Sending;

/// <summary>A part that no list shows: what follows from that depends on why it was looked for.</summary>
public sealed class SettledAbsentTests : IDisposable
{
    private readonly EngineFixture _engine;

    private InterferingHandler? _network;

    public SettledAbsentTests() => _engine = new EngineFixture(
        new EmulatorPlan { Latency = TimeSpan.FromHours(20) }, service => _network = new InterferingHandler(service));

    private InterferingHandler Network => _network!;

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task What_the_service_has_refused_and_no_list_shows_is_sent_later_as_if_for_the_first_time()
    {
        BatchRecord batch = await DoubtAsync("msgbatch_theirs");

        BatchRecord now = await FiveEmptyAsync(batch);

        Assert.Equal((BatchState.Spooled, 0, null), (now.State, now.Resends, now.Message));
        Assert.Equal("msgbatch_theirs", Assert.Single(now.Settlement!.Excluded));
        Assert.EndsWith("The service has refused it, as it said.", Assert.Single(_engine.Journal(EventKind.SettledAbsent)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_whose_rows_are_in_a_later_one_is_given_up_when_no_list_shows_it()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        Network.Refuse(static () => CreateFaults.Error(400, "invalid_request_error"));
        await _engine.SendAsync(batch);
        Network.Recover();
        _engine.Seal("job", "a");
        _engine.Change(batch, static b => b with { State = BatchState.Unconfirmed });

        Assert.Equal(BatchState.Abandoned, (await FiveEmptyAsync(batch)).State);
        Assert.EndsWith("Its requests are in a later part.", Assert.Single(_engine.Journal(EventKind.SettledAbsent)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_whose_requests_were_removed_while_it_was_refused_is_given_up_so_that_the_line_sends_them_again()
    {
        BatchRecord batch = await DoubtAsync("msgbatch_theirs");
        File.Delete(_engine.Ledger.Folder.Spool(batch.JobId, batch.Part));

        BatchRecord now = await FiveEmptyAsync(batch);

        Assert.Equal(BatchState.Abandoned, now.State);
        Assert.EndsWith("Its requests were removed, so that it is given up.", Assert.Single(_engine.Journal(EventKind.SettledAbsent)), StringComparison.Ordinal);
        Assert.Equal(1, _engine.Seal("job", "a").Accepted);
    }

    [Fact]
    public async Task What_was_lost_three_times_waits_for_a_person_and_is_told_once()
    {
        BatchRecord batch = await _engine.LoseCreateAsync(Network, "job", "a");
        _engine.Change(batch, static b => b with { Resends = 2 });

        BatchRecord now = await FiveEmptyAsync(batch);
        await _engine.SettleAsync(batch, TimeSpan.FromHours(1));

        Assert.Equal((BatchState.Unconfirmed, true), (now.State, now.Settlement!.IsAbsent));
        Assert.Contains("was sent 3 times", now.Message!, StringComparison.Ordinal);
        Assert.Equal([now.Message!], _engine.Journal(EventKind.SettledAbsent));
        Assert.Equal((PauseCause.RepliesLost, now.Message), (_engine.Job("job").PausedFor, _engine.Job("job").PauseReason));
    }

    [Fact]
    public async Task What_something_on_the_way_has_refused_waits_for_a_person_and_says_what_came()
    {
        BatchRecord batch = await RefuseOnTheWayAsync(403, "Blocked by policy");

        BatchRecord now = await FiveEmptyAsync(batch);

        Assert.Equal((BatchState.Unconfirmed, true), (now.State, now.Settlement!.IsAbsent));
        Assert.Contains("and 5 lists over 480 seconds showed no batch that could be it, with status 403", now.Message!, StringComparison.Ordinal);
        Assert.Contains("Blocked by policy", now.Message!, StringComparison.Ordinal);
        Assert.Equal([now.Message!], _engine.Journal(EventKind.SettledAbsent));
        Assert.Equal((PauseCause.ForeignReply, now.Message), (_engine.Job("job").PausedFor, _engine.Job("job").PauseReason));
    }

    [Fact]
    public async Task What_is_too_large_for_something_on_the_way_is_rejected_and_pauses_nothing()
    {
        BatchRecord batch = await RefuseOnTheWayAsync(413, "Entity too large");

        BatchRecord now = await FiveEmptyAsync(batch);

        Assert.Equal((BatchState.Rejected, 0, null), (now.State, now.Resends, _engine.Job("job").PausedFor));
        Assert.Contains("status 413", now.Message!, StringComparison.Ordinal);
        Assert.EndsWith("finds it too large.", Assert.Single(_engine.Journal(EventKind.SettledAbsent)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_that_is_listed_after_all_is_taken_and_ends_the_pause_and_the_later_part()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        Network.Refuse(static () => CreateFaults.Error(400, "invalid_request_error"));
        await _engine.SendAsync(batch);
        Network.Recover();
        BatchRecord later = Assert.Single(_engine.Seal("job", "a").NewBatches);
        _engine.Change(batch, static b => b with { State = BatchState.Unconfirmed, Settlement = new Settlement { IsAbsent = true } });
        _engine.Ledger.Jobs.Pause(_engine.Job("job"), PauseCause.RepliesLost, "Mend it.");
        await _engine.StrangerAsync("x");

        BatchRecord now = await FiveEmptyAsync(batch, lists: 3);

        Assert.Equal((BatchState.InProgress, Adoption.Tentative, null), (now.State, now.Adopted, _engine.Job("job").PauseReason));
        Assert.DoesNotContain(_engine.Ledger.Batches.OfJob(batch.JobId), b => b.Id == later.Id);
    }

    [Fact]
    public async Task Where_the_only_candidates_were_somebody_elses_a_person_decides()
    {
        BatchRecord batch = await _engine.LoseCreateAsync(Network, "job", "a");
        _engine.Change(batch, static b => b with { Settlement = new Settlement { Excluded = ["msgbatch_theirs"] } });

        BatchRecord now = await FiveEmptyAsync(batch);

        Assert.True(now.IsAmbiguous);
        Assert.Contains("have other people's answers", now.Message!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_that_another_part_has_on_trial_keeps_this_one_open_however_long_it_takes()
    {
        BatchRecord batch = await _engine.LoseCreateAsync(Network, "job", "a");
        BatchRecord other = _engine.Seal("other", "b").NewBatches[0];
        await FiveEmptyAsync(batch, lists: 4);
        string theirs = await _engine.StrangerAsync("x");
        _engine.Change(other, b => b with { State = BatchState.InProgress, ServiceId = theirs, Adopted = Adoption.Tentative });

        BatchRecord now = await FiveEmptyAsync(batch, lists: 12);

        Assert.Equal((BatchState.Unconfirmed, 0, 0.0), (now.State, now.Settlement!.EmptyLists, now.Settlement.EmptySeconds));
        _engine.Change(other, static b => b with { Adopted = Adoption.Confirmed });
        Assert.Equal(BatchState.Unconfirmed, (await FiveEmptyAsync(batch, lists: 4)).State);
        Assert.Equal(BatchState.Spooled, (await _engine.SettleAsync(batch, TimeSpan.FromMinutes(2))).State);
    }

    private async Task<BatchRecord> RefuseOnTheWayAsync(int status, string words)
    {
        Network.Swallow(() => new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent($"<html>{words}</html>") });
        BatchRecord batch = (await _engine.SendAsync(_engine.Seal("job", "a").NewBatches[0])).Batch;
        Network.Recover();
        return batch;
    }

    // A part that the service has refused, and of which a list has shown since what may be it.
    private async Task<BatchRecord> DoubtAsync(string excluded)
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        Network.Refuse(static () => CreateFaults.Error(529, "overloaded_error"));
        await _engine.SendAsync(batch);
        Network.Recover();
        return _engine.Change(batch, b => b with { State = BatchState.Unconfirmed, Settlement = new Settlement { Excluded = [excluded] } });
    }

    private async Task<BatchRecord> FiveEmptyAsync(BatchRecord batch, int lists = 5)
    {
        for (int i = 0; i < lists; i++)
        {
            batch = await _engine.SettleAsync(batch, TimeSpan.FromMinutes(2));
        }

        return batch;
    }
}
