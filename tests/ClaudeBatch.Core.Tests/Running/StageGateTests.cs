using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Models;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Running;

namespace ClaudeBatch.Core.Tests.Running;

/// <summary>Which parts wait for others, until when, and what lets them go.</summary>
public sealed class StageGateTests : IDisposable
{
    private readonly EngineFixture _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void A_job_that_holds_nothing_back_has_nothing_to_decide()
    {
        _engine.Seal("job", "a");

        Assert.Null(Judge());
        Assert.Null(Gate().Release(_engine.Job("job")));
        Assert.Empty(_engine.Journal(EventKind.StageReleased));
    }

    [Fact]
    public async Task The_rest_waits_until_the_answers_of_the_canary_are_here()
    {
        BatchRecord[] parts = Staged(1, null, Good("a"), Good("b"));
        Assert.Null(Judge());
        await _engine.SendAsync(parts[0]);
        Assert.Null(Judge());
        _engine.Clock.Advance(TimeSpan.FromHours(1));
        await new BatchPoller(_engine.Ledger, _engine.Api, _engine.Clock).RefreshAsync(_engine.Now(parts[0]), CancellationToken.None);
        Assert.Null(Judge());

        Assert.Equal((BatchState.Ended, Hold.Canary), (_engine.Now(parts[0]).State, _engine.Now(parts[1]).HeldFor));
    }

    [Fact]
    public async Task A_stopped_job_lets_nothing_go()
    {
        BatchRecord[] parts = Staged(1, null, Good("a"), Good("b"));
        await _engine.RunAsync(parts[0]);
        _engine.Ledger.Stop(_engine.Job("job"));

        Assert.Null(Judge());
        Assert.Equal(Hold.Canary, _engine.Now(parts[1]).HeldFor);
    }

    [Fact]
    public async Task A_person_lets_the_rest_go_whatever_the_canary_was()
    {
        BatchRecord[] parts = Staged(1, null, Bad("a"), Good("b"));
        await _engine.RunAsync(parts[0]);
        Judge();

        RoundNote note = Gate().Release(_engine.Job("job"))!;

        Assert.Equal(("Let go by request.", NoteWeight.Information, null), (note.Message, note.Weight, note.Failure));
        Assert.Equal((null, null), (_engine.Now(parts[1]).HeldFor, _engine.Job("job").PauseReason));
        Assert.Equal(["Let go by request."], _engine.Journal(EventKind.StageReleased));
    }

    [Fact]
    public async Task A_part_that_was_given_up_is_not_let_go()
    {
        BatchRecord held = Staged(1, null, Good("a"), Good("b"))[1];
        await new BatchControl(_engine.Ledger, _engine.Api).CancelAsync(held, CancellationToken.None);

        Assert.Null(Judge());
        Assert.Null(Gate().Release(_engine.Job("job")));
    }

    [Fact]
    public async Task Further_rows_of_a_job_are_judged_by_their_own_canary()
    {
        await _engine.RunAsync(Staged(1, null, Good("a"), Good("b"))[0]);
        Judge();
        BatchRecord[] further = Staged(1, null, Bad("c"), Good("d"));
        await _engine.SendAsync(further[0]);
        Assert.Null(Judge());
        _engine.Seal("job", "later");

        await _engine.RunAsync(further[0]);

        Assert.StartsWith("Canary of job 'job': 1 sent, 0 complete, 1 failed", Judge()!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_canary_larger_than_a_part_is_one_part_so_that_all_of_it_is_judged()
    {
        BatchRecord[] parts = Staged(3, new SpoolLimits(MaxRequests: 2), Good("a"), Bad("b"), Good("c"), Good("d"));

        Assert.Equal([null, Hold.Canary], parts.Select(static p => p.HeldFor));
        await _engine.RunAsync(parts[0]);
        Assert.Equal("CanaryFailed", Judge()!.Failure?.Id);
    }

    [Fact]
    public async Task The_rest_follows_what_fills_the_cache_even_where_that_failed()
    {
        BatchRecord[] parts = Warmed(sendAgain: false, Cached("a"), Cached("b"));
        Assert.Null(Judge());
        _engine.Plan.Errored = 1;
        await _engine.RunAsync(parts[0]);

        RoundNote note = Judge()!;

        Assert.Equal(("What all requests share is in the cache; the other parts follow.", null), (note.Message, note.Failure));
        Assert.Null(_engine.Now(parts[1]).HeldFor);
    }

    [Fact]
    public void What_has_nothing_to_warm_waits_for_nothing()
    {
        _engine.Seal("job", "a");
        BatchRecord held = Warmed(sendAgain: true, Good("a"))[0];
        Assert.Equal((Hold.Cache, 2), (held.HeldFor, held.Attempt));

        Assert.Null(Judge()!.Failure);
        Assert.Null(_engine.Now(held).HeldFor);
    }

    private static PreparedRequest Good(string id) => EngineFixture.Request(id);

    private static PreparedRequest Bad(string id) => EngineFixture.Request(id, model: "claude-none");

    private static PreparedRequest Cached(string id)
    {
        byte[] system = """[{"type":"text","text":"What all share.","cache_control":{"type":"ephemeral"}}]"""u8.ToArray();
        using RequestTemplate template = new("claude-haiku-4-5", 100, [("system", system)]);
        return template.Render(id, "Hi");
    }

    private BatchRecord[] Staged(int canary, SpoolLimits? limits, params PreparedRequest[] requests)
    {
        using JobInput input = _engine.OpenInput("job", limits, staging: new Staging(canary, warmCache: false));
        return [.. EngineFixture.Seal(input, requests).NewBatches];
    }

    private BatchRecord[] Warmed(bool sendAgain, params PreparedRequest[] requests)
    {
        RequestChecker checker = new(ModelCatalog.Shipped, new DateOnly(2026, 11, 27), null, []);
        using JobInput input = _engine.OpenInput("job", sendAgain: sendAgain, staging: new Staging(0, warmCache: true), checker: checker);
        return [.. EngineFixture.Seal(input, requests).NewBatches];
    }

    private StageGate Gate() => new(_engine.Ledger);

    private RoundNote? Judge() => Gate().Judge(_engine.Job("job"));
}
