using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Sending;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Sending;

/// <summary>What the lists count for, from one to the next, and what is told and written down when they have settled a part.</summary>
public sealed class SettleRecordTests : IDisposable
{
    private static readonly DateTimeOffset s_made = new(2026, 11, 21, 3, 0, 0, TimeSpan.Zero);

    private readonly EngineFixture _engine;

    private InterferingHandler? _network;

    public SettleRecordTests() => _engine = new EngineFixture(
        new EmulatorPlan { Latency = TimeSpan.FromHours(20) }, service => _network = new InterferingHandler(service));

    private InterferingHandler Network => _network!;

    public void Dispose() => _engine.Dispose();

    [Theory]
    [InlineData(BatchState.Spooled, false)]
    [InlineData(BatchState.Unconfirmed, true)]
    public async Task What_is_settled_or_waits_for_a_person_needs_no_list(BatchState state, bool isAmbiguous)
    {
        BatchRecord batch = await _engine.LoseCreateAsync(Network, "job", "a");
        _engine.Change(batch, b => b with { State = state, Settlement = new Settlement { Ambiguity = isAmbiguous ? "two are like it" : null } });
        int calls = 0;
        Network.Before = _ =>
        {
            calls++;
            return null;
        };

        BatchRecord now = await _engine.SettleAsync(batch, TimeSpan.Zero);

        Assert.Equal((state, 0), (now.State, calls));
    }

    [Fact]
    public async Task A_part_that_another_process_settles_is_left_to_it()
    {
        BatchRecord batch = await _engine.LoseCreateAsync(Network, "job", "a");
        using OwnershipLock? theirs = OwnershipLock.TryTake(_engine.Ledger.Folder, batch.LockName);

        Assert.Equal("BatchBusy", (await Assert.ThrowsAsync<ClaudeBatchException>(() => _engine.SettleAsync(batch, TimeSpan.Zero))).Id);
    }

    [Fact]
    public async Task The_lists_of_another_workspace_say_nothing()
    {
        BatchRecord batch = await _engine.LoseCreateAsync(Network, "job", "a");
        _engine.Plan.WorkspaceId = "wrkspc_other";

        Assert.Equal("JobBoundElsewhere", (await Assert.ThrowsAsync<ClaudeBatchException>(() => _engine.SettleAsync(batch, TimeSpan.Zero))).Id);
        Assert.Null(_engine.Now(batch).Settlement);
    }

    [Theory]
    [InlineData(60, true, 1, true)] // as old as a list may lag behind the newest that was listed
    [InlineData(61, true, 1, false)]
    [InlineData(0, false, 1, true)]
    [InlineData(0, true, 2, false)]
    public async Task What_may_be_a_part_is_as_large_and_not_older_than_its_create(int newer, bool hasNewest, int count, bool isCandidate)
    {
        BatchRecord batch = await _engine.LoseCreateAsync(Network, "job", "a");
        DateTimeOffset? newest = hasNewest ? s_made.AddSeconds(newer) : null;
        AccountList list = await ListOfAsync(count);
        string id = list.Batches[0].Id;

        Assert.Equal(isCandidate, Settler.Candidates(_engine.Ledger, With(batch, new SubmissionIntent([], newest)), list).Any());
        Assert.Empty(Settler.Candidates(_engine.Ledger, With(batch, new SubmissionIntent([id], newest)), list));
        BatchRecord excluding = With(batch, new SubmissionIntent([], newest)) with { Settlement = new Settlement { Excluded = [id] } };
        Assert.Empty(Settler.Candidates(_engine.Ledger, excluding, list));
    }

    [Theory]
    [InlineData(75_000, BatchState.Spooled)]
    [InlineData(74_999, BatchState.Unconfirmed)]
    public async Task Five_empty_lists_over_five_minutes_are_enough_and_less_is_not(int milliseconds, BatchState state)
    {
        BatchRecord batch = await _engine.LoseCreateAsync(Network, "job", "a");
        for (int i = 0; i < 4; i++)
        {
            BatchRecord waiting = await _engine.SettleAsync(batch, TimeSpan.FromMilliseconds(milliseconds));
            Assert.Equal((BatchState.Unconfirmed, i + 1), (waiting.State, waiting.Settlement!.EmptyLists));
            Assert.Equal(i * milliseconds / 1000.0, waiting.Settlement.EmptySeconds, 3);
        }

        BatchRecord now = await _engine.SettleAsync(batch, TimeSpan.FromMilliseconds(milliseconds));

        Assert.Equal((state, state == BatchState.Spooled ? 1 : 0), (now.State, now.Resends));
        Assert.Equal(
            state == BatchState.Spooled ? ["5 lists over 300 seconds showed no batch that could be it: the service never had it. It is sent again."] : [],
            _engine.Journal(EventKind.SettledAbsent));
        Assert.Equal(state == BatchState.Spooled, now.Message is null);
    }

    [Fact]
    public async Task Time_counts_only_between_lists_that_say_the_same()
    {
        BatchRecord batch = await _engine.LoseReplyAsync(Network, "job", "a");
        await _engine.SettleAsync(batch, TimeSpan.FromSeconds(5));
        Hide();
        Settlement gone = (await _engine.SettleAsync(batch, TimeSpan.FromHours(1))).Settlement!;
        Assert.Equal((1, 0.0, 0), (gone.EmptyLists, gone.EmptySeconds, gone.Candidates.Count));
        gone = (await _engine.SettleAsync(batch, TimeSpan.FromSeconds(7))).Settlement!;
        Assert.Equal((2, 7.0), (gone.EmptyLists, gone.EmptySeconds));

        Network.Recover();
        Settlement back = (await _engine.SettleAsync(batch, TimeSpan.FromHours(1))).Settlement!;
        Assert.Equal((0, 0.0), (back.EmptyLists, back.EmptySeconds));
        Assert.Equal((1, 0.0), (back.Candidates[0].Lists, back.Candidates[0].Seconds));
        back = (await _engine.SettleAsync(batch, TimeSpan.FromSeconds(9))).Settlement!;
        Assert.Equal((2, 9.0), (back.Candidates[0].Lists, back.Candidates[0].Seconds));
    }

    [Fact]
    public async Task Two_lists_adopt_nothing_however_long_they_span()
    {
        BatchRecord batch = await _engine.LoseReplyAsync(Network, "job", "a");

        await _engine.SettleAsync(batch, TimeSpan.FromHours(1));
        Assert.Equal(BatchState.Unconfirmed, (await _engine.SettleAsync(batch, TimeSpan.FromHours(1))).State);
        BatchRecord adopted = await _engine.SettleAsync(batch, TimeSpan.FromSeconds(1));

        Assert.Equal(Adoption.Tentative, adopted.Adopted);
        Assert.Contains($"Batch {adopted.ServiceId} was taken for this one.", Assert.Single(_engine.Journal(EventKind.AdoptedTentative)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_candidate_that_comes_later_is_given_the_same_time()
    {
        BatchRecord batch = await _engine.LoseReplyAsync(Network, "job", "a");
        await _engine.SettleAsync(batch, TimeSpan.FromSeconds(20));
        await _engine.SettleAsync(batch, TimeSpan.FromSeconds(20));
        await _engine.StrangerAsync("x");
        _engine.Clock.Advance(TimeSpan.FromHours(21));

        BatchRecord now = await _engine.SettleAsync(batch, TimeSpan.FromSeconds(20));
        Assert.Equal((BatchState.Unconfirmed, 2), (now.State, now.Settlement!.Candidates.Count));
        await _engine.SettleAsync(batch, TimeSpan.FromSeconds(20));
        Assert.Equal(Adoption.Confirmed, (await _engine.SettleAsync(batch, TimeSpan.FromSeconds(20))).Adopted);
        Assert.Contains("Of 2 batches", Assert.Single(_engine.Journal(EventKind.AdoptedConfirmed)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_results_are_asked_for_while_a_candidate_still_runs()
    {
        BatchRecord batch = await _engine.LoseReplyAsync(Network, "job", "a");
        _engine.Clock.Advance(TimeSpan.FromHours(15));
        await _engine.StrangerAsync("x");
        _engine.Clock.Advance(TimeSpan.FromHours(6));
        int downloads = 0;
        Network.Before = request =>
        {
            downloads += request.RequestUri!.AbsolutePath.EndsWith("/results", StringComparison.Ordinal) ? 1 : 0;
            return null;
        };

        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(BatchState.Unconfirmed, (await _engine.SettleAsync(batch, TimeSpan.FromMinutes(1))).State);
        }

        Assert.Equal(0, downloads);
    }

    [Theory]
    [InlineData("a", "2 batches have its ids")]
    [InlineData("y", "none of the batches that could be it has its ids")]
    public async Task Where_the_ids_do_not_decide_a_person_is_told_why_and_what_to_run(string id, string why)
    {
        BatchRecord batch = id == "a" ? await _engine.LoseReplyAsync(Network, "job", "a") : await _engine.LoseCreateAsync(Network, "job", "a");
        await _engine.StrangerAsync("x");
        await _engine.StrangerAsync(id);
        if (id == "a")
        {
            await _engine.StrangerAsync("a");
        }

        _engine.Clock.Advance(TimeSpan.FromHours(21));
        await _engine.SettleAsync(batch, TimeSpan.FromSeconds(20));
        await _engine.SettleAsync(batch, TimeSpan.FromSeconds(20));
        BatchRecord now = await _engine.SettleAsync(batch, TimeSpan.FromSeconds(20));

        Assert.True(now.IsAmbiguous);
        Assert.Equal(id == "a", now.Settlement!.Candidates.Any(static s => s.Matches == true));
        Assert.Contains("Repair-ClaudeBatch -Id 'job/1' shows the candidates", now.Message!, StringComparison.Ordinal);
        Assert.Equal([now.Message!], _engine.Journal(EventKind.Ambiguous));
        Assert.Contains(id == "a" ? "batches have its ids" : why, now.Message!, StringComparison.Ordinal);
    }

    private static BatchRecord With(BatchRecord batch, SubmissionIntent intent) => batch with { Intent = intent.ToJson() };

    private async Task<AccountList> ListOfAsync(int count)
    {
        await _engine.StrangerAsync([.. Enumerable.Range(0, count).Select(static i => $"x{i}")]);
        return await AccountList.FetchAsync(_engine.Api, null, CancellationToken.None);
    }

    private void Hide() => Network.After = static (request, response) => request.Method == HttpMethod.Get
        ? new HttpResponseMessage(response.StatusCode) { Content = new StringContent("""{"data":[],"has_more":false}""") }
        : response;
}
