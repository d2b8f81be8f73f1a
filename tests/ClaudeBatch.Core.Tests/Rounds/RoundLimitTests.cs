using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Retries;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Rounds;

/// <summary>When a round goes out, what bounds it, and what becomes of one that fails.</summary>
public sealed class RoundLimitTests : IDisposable
{
    private const string Call = """[{"type":"tool_use","name":"Get-Order","input":{"Number":1}}]""";

    private readonly RoundFixture _it = new(new EmulatorPlan { ToolRounds = 1, Seed = 7 });

    private readonly FakeBench _bench = new("Get-Order", "Send-Refund");

    public void Dispose() => _it.Dispose();

    [Fact]
    public async Task A_round_that_could_pass_the_budget_is_not_sent_and_goes_out_when_it_is_raised()
    {
        _it.Seal(6, "a", "b");
        _it.Ledger.Jobs.SetLimits(_it.Job, maxAttempts: 1, maxFailureRatio: null, PriceList.FromDollars(0.0002m));

        await _it.RunAsync(_bench, most: 4);

        Assert.Equal((JobState.Paused, PauseCause.BudgetExceeded), (_it.State, _it.Job.PausedFor));
        Assert.Single(_it.Ledger.Batches.OfJob(_it.Job.Id));
        Assert.Contains("and -MaxCost is $0.0002", _it.Job.PauseReason, StringComparison.Ordinal);
        int ran = _bench.Ran.Count;

        _it.Ledger.Jobs.SetLimits(_it.Job, maxAttempts: 1, maxFailureRatio: null, PriceList.FromDollars(1));
        await _it.RunAsync(_bench);

        Assert.Equal((JobState.Finished, ran), (_it.State, _bench.Ran.Count));
    }

    [Fact]
    public async Task A_round_that_failed_is_tried_again_in_its_round_and_no_call_runs_twice()
    {
        _it.Answers = static a => a.Round == 1 ? ScriptedAnswer.OfContent(Call) : ScriptedAnswer.OfText("Done.");
        _it.Seal(6, "a");
        await StepAsync();
        _it.Engine.Clock.Advance(TimeSpan.FromHours(1));
        _it.Engine.Plan.Errored = 1;
        await StepAsync();
        _it.Engine.Clock.Advance(TimeSpan.FromHours(1));
        await StepAsync();
        AttemptRecord failed = Assert.Single(_it.Results(), static r => r.Batch.Round == 2).Attempt;
        Assert.Equal(Outcome.Errored, failed.Outcome);
        Assert.Equal((JobState.Finished, 0, 1), (_it.State, _it.Totals.WaitingForTools, _it.Totals.Errored));
        _it.Engine.Plan.Errored = 0;

        new RetryPlanner(_it.Ledger).Plan(
            _it.Job, new RetryFilter { Classes = new HashSet<FailureClass> { FailureClass.Transient, FailureClass.Permanent } }, new SpoolLimits());
        await _it.RunAsync(_bench);

        BatchRecord again = _it.Ledger.Batches.OfJob(_it.Job.Id)[^1];
        Assert.Equal((2, 2, BatchState.Collected), (again.Round, again.Attempt, again.State));
        Assert.Equal((1, 1, JobState.Finished), (_bench.Ran.Count, _it.Totals.Succeeded, _it.State));
        Assert.Equal("Done.", _it.Results().Single().ReadAnswer()!.Text);
    }

    [Fact]
    public async Task Rows_that_wait_for_another_round_are_not_retried()
    {
        _it.Seal(6, "a");
        await StepAsync(withTools: false);
        _it.Engine.Clock.Advance(TimeSpan.FromHours(1));
        await StepAsync(withTools: false);

        Assert.Empty(new RetryPlanner(_it.Ledger).Candidates(_it.Job, new RetryFilter { TakesIncomplete = true }));
    }

    [Fact]
    public async Task A_hundred_ready_rows_do_not_wait_longer_than_the_wait_for_those_that_still_run()
    {
        _it.Answers = static a => a.Round == 1 ? ScriptedAnswer.OfContent(Call) : ScriptedAnswer.OfText("Done.");
        PreparedRequest[] requests = [.. Enumerable.Range(0, 101).Select(static i => RoundFixture.Request($"r{i}"))];
        _it.Engine.Seal("job", requests, new SpoolLimits(100));
        _it.Ledger.Jobs.SetRounds(_it.Job, 6, wait: TimeSpan.FromMinutes(30));
        BatchRecord[] parts = [.. _it.Ledger.Batches.OfJob(_it.Job.Id)];
        await _it.Engine.SendAsync(parts[0]);
        _it.Engine.Clock.Advance(TimeSpan.FromHours(1));
        _it.Engine.Plan.Latency = TimeSpan.FromDays(1); // the second part, of one request, runs on
        await StepAsync();
        await StepAsync();
        Assert.Equal((100, 2), (_bench.Ran.Count, _it.Ledger.Batches.OfJob(_it.Job.Id).Count));

        _it.Engine.Clock.Advance(TimeSpan.FromMinutes(31));
        await StepAsync();

        Assert.Equal([1, 1, 2], _it.Ledger.Batches.OfJob(_it.Job.Id).Select(static b => b.Round));
    }

    [Fact]
    public async Task An_answer_that_would_have_the_next_batch_refused_ends_its_conversation_alone()
    {
        using RoundFixture it = new(new EmulatorPlan(), static service =>
        {
            InterferingHandler network = new(service);
            network.ChangeResults(static body => body.Replace("HALF", "\\ud83d", StringComparison.Ordinal));
            return network;
        });
        const string odd = """[{"type":"text","text":"HALF"},{"type":"tool_use","name":"Get-Order","input":{"Number":1}}]""";
        it.Answers = static a => a.Round > 1 ? ScriptedAnswer.OfText("Done.") : ScriptedAnswer.OfContent(a.CustomId == "odd" ? odd : Call);
        it.Seal(6, "odd", "even");

        await it.RunAsync(_bench);

        Assert.Equal((JobState.Finished, 2, 1), (it.State, it.Totals.Succeeded, it.Totals.Incomplete));
        string? why = Assert.Single(it.Results(), static r => r.Attempt.CustomId == "odd").Attempt.EndsFor;
        Assert.Contains("surrogate", why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_later_round_that_the_service_refused_goes_out_once_more_when_the_job_is_named()
    {
        _it.Seal(6, "a");
        await StepAsync();
        _it.Engine.Clock.Advance(TimeSpan.FromHours(1));
        await new BatchCollectorSteps(_it).CollectAsync();
        await new Core.Rounds.ToolRun(_it.Ledger, _bench).RunAsync(_it.Job, CancellationToken.None);
        BatchRecord second = Assert.Single(
            new Core.Rounds.RoundPlanner(_it.Ledger, null!, null!).Plan(_it.Job, isIdle: true, takesRefused: false).Batches);
        _it.Engine.Change(second, static b => b with { State = BatchState.Rejected });
        Assert.False(_it.Step(_bench).IsDue(_it.Job, isNamed: false));
        Assert.True(_it.Step(_bench).IsDue(_it.Job, isNamed: true));

        await _it.Step(_bench).RunAsync(_it.Job, isAsked: true, CancellationToken.None);
        await _it.RunAsync(_bench);

        Assert.Equal((JobState.Finished, 1, 1), (_it.State, _it.Totals.Succeeded, _bench.Ran.Count));
    }

    [Fact]
    public async Task The_answer_that_called_a_tool_stays_what_a_later_download_brings()
    {
        _it.Seal(6, "a");
        await StepAsync();
        _it.Engine.Clock.Advance(TimeSpan.FromHours(1));
        await StepAsync();
        BatchRecord first = _it.Ledger.Batches.OfJob(_it.Job.Id)[0];
        string results = Directory.GetFiles(Path.Combine(_it.Engine.Root, "service"), "*.results", SearchOption.AllDirectories)
            .First(f => f.Contains(first.ServiceId!, StringComparison.Ordinal));
        File.WriteAllText(results, File.ReadAllText(results).Replace("\"service_tier\"", "\"service_tear\"", StringComparison.Ordinal));

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(
            () => new BatchCollector(_it.Ledger, _it.Engine.Api, _it.Engine.Clock).CollectAsync(first.Id, null, CancellationToken.None, again: true));

        Assert.Equal("AnswerFixed", failure.Id);
        await _it.RunAsync(_bench);
        Assert.Equal(1, _it.Totals.Succeeded);
    }

    [Fact]
    public async Task The_conversations_of_a_canary_end_before_the_others_are_sent_and_cost_with_all_rounds()
    {
        using (JobInput input = _it.Engine.OpenInput("job", staging: new Staging(2, warmCache: false)))
        {
            EngineFixture.Seal(input, [RoundFixture.Request("a"), RoundFixture.Request("b"), RoundFixture.Request("c")]);
        }

        _it.Ledger.Jobs.SetRounds(_it.Job, 6, wait: null);

        IReadOnlyList<RoundNote> notes = await _it.RunAsync(_bench);

        RoundNote told = Assert.Single(notes, static n => n.Message.StartsWith("Canary", StringComparison.Ordinal));
        Assert.StartsWith("Canary of job 'job': 2 sent, 2 complete, 0 failed, 0 not complete; ", told.Message, StringComparison.Ordinal);
        Assert.Equal((JobState.Finished, 3), (_it.State, _it.Totals.Succeeded));
        BatchRecord[] batches = [.. _it.Ledger.Batches.OfJob(_it.Job.Id)];
        Assert.Equal([1, 1, 2, 2], batches.Select(static b => b.Round)); // the second was held until the third had ended
        Assert.True(batches[1].CreatedAt > batches[2].EndedAt);
    }

    [Fact]
    public async Task A_conversation_whose_file_is_gone_says_that_it_does_not_go_on_with_another()
    {
        int downloads = 0;
        using RoundFixture it = new(new EmulatorPlan { ToolRounds = 1 }, service =>
        {
            InterferingHandler network = new(service);
            network.ChangeResults(body => ++downloads == 1
                ? body
                : ScriptedAnswers.Line("a", ScriptedAnswers.Errored("not_found_error", "File `file_01Gone` not found.")));
            return network;
        });
        it.Seal(6, "a");

        await it.RunAsync(_bench, most: 4);

        Assert.Equal(
            "File `file_01Gone` not found. The conversation is bound to the id that its file had, and does not go on with another.",
            Completeness.Of(Assert.Single(it.Results(), static r => r.Batch.Round == 2)));
    }

    [Fact]
    public async Task A_conversation_whose_rounds_are_used_up_says_so()
    {
        _it.Seal(1, "a");

        await _it.RunAsync(_bench);

        Assert.EndsWith("Its rounds are used up (-MaxRounds 1).", Completeness.Of(_it.Results().Single()), StringComparison.Ordinal);
    }

    private Task<IReadOnlyList<RoundNote>> StepAsync(bool withTools = true)
        => _it.Step(withTools ? _bench : null).RunAsync(_it.Job, isAsked: false, CancellationToken.None);

    private sealed class BatchCollectorSteps(RoundFixture it)
    {
        public async Task CollectAsync()
        {
            BatchRecord batch = it.Ledger.Batches.OfJob(it.Job.Id)[0];
            await new Account.BatchPoller(it.Ledger, it.Engine.Api, it.Engine.Clock).RefreshAsync(batch, CancellationToken.None);
            await it.Engine.CollectAsync(batch);
        }
    }
}
