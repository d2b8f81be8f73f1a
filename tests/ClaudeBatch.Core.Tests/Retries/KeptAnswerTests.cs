using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Retries;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Retries;

/// <summary>A paid answer that was cut stays the word of its request until something better comes.</summary>
public sealed class KeptAnswerTests : IDisposable
{
    private readonly EngineFixture _engine;

    private readonly Dictionary<string, string> _answers = [];

    private InterferingHandler? _network;

    public KeptAnswerTests()
    {
        _engine = new EngineFixture(new EmulatorPlan(), service => _network = new InterferingHandler(service));
        _network!.Answer(id => _answers.GetValueOrDefault(id, ScriptedAnswers.Succeeded(stopReason: "max_tokens")));
    }

    public void Dispose() => _engine.Dispose();

    [Theory]
    [InlineData("overloaded_error")]
    [InlineData("invalid_request_error")]
    public async Task A_retry_that_fails_leaves_the_answer_the_last_word(string error)
    {
        await _engine.RunAsync(_engine.Seal("job", ["a", "b"]).NewBatches[0]);
        _answers["a"] = ScriptedAnswers.Errored(error);

        await _engine.RunAsync(Assert.Single(Plan()));

        Assert.Equal([("a", 1, true), ("b", 2, false)], Last());
        JobTotals totals = _engine.Ledger.Jobs.Totals(Job);
        Assert.Equal((2, 2, 2, 0), (totals.Requests, totals.Succeeded, totals.Incomplete, totals.Failed));
    }

    [Fact]
    public async Task A_retry_that_is_given_up_leaves_it_too()
    {
        await _engine.RunAsync(_engine.Seal("job", ["a", "b"]).NewBatches[0]);
        BatchRecord again = Assert.Single(Plan());

        await new BatchControl(_engine.Ledger, _engine.Api).CancelAsync(again, CancellationToken.None);

        Assert.Equal([("a", 1, false), ("b", 1, false)], Last()); // nothing has failed
        Assert.Equal(0, _engine.Ledger.Jobs.Totals(Job).NotSubmitted);
    }

    [Fact]
    public async Task A_failure_that_may_pass_is_tried_again_as_it_was_changed_and_as_often_as_was_said()
    {
        await _engine.RunAsync(_engine.Seal("job", ["a"]).NewBatches[0]);
        _answers["a"] = ScriptedAnswers.Errored("overloaded_error");
        await _engine.RunAsync(Assert.Single(Plan()));

        Assert.True(Planner.Any(Job, new RetryFilter()));
        BatchRecord third = Assert.Single(Planner.Plan(Job, new RetryFilter { MaxAttempts = 3 }, new SpoolLimits()));

        Assert.Equal(3, third.Attempt);
        await _engine.RunAsync(third);
        Assert.Empty(Planner.Candidates(Job, new RetryFilter { MaxAttempts = 3 }));
        Assert.Equal([("a", 1, true)], Last());
    }

    [Fact]
    public async Task Each_request_is_planned_once_however_many_of_its_attempts_have_failed()
    {
        await _engine.RunAsync(_engine.Seal("job", ["a"]).NewBatches[0]);
        _answers["a"] = ScriptedAnswers.Errored("overloaded_error");
        await _engine.RunAsync(Assert.Single(Plan()));
        await _engine.RunAsync(Assert.Single(Plan()));

        RetryCandidate candidate = Assert.Single(Planner.Candidates(Job, new RetryFilter()));

        Assert.Equal((3, 4), (candidate.Batch.Attempt, candidate.Number));
    }

    [Fact]
    public async Task An_answer_that_comes_after_all_is_the_better_word()
    {
        await _engine.RunAsync(_engine.Seal("job", ["a"]).NewBatches[0]);
        _answers["a"] = ScriptedAnswers.Errored("overloaded_error");
        BatchRecord again = await _engine.RunAsync(Assert.Single(Plan()));
        Assert.Equal([("a", 1, true)], Last());

        _answers["a"] = ScriptedAnswers.Succeeded();
        await new BatchCollector(_engine.Ledger, _engine.Api, _engine.Clock).CollectAsync(again.Id, received: null, CancellationToken.None, again: true);

        Assert.Equal([("a", 2, false)], Last());
        Assert.Equal((1, 0), (_engine.Ledger.Jobs.Totals(Job).Succeeded, _engine.Ledger.Jobs.Totals(Job).Incomplete));
    }

    private RetryPlanner Planner => new(_engine.Ledger);

    private JobRecord Job => _engine.Job("job");

    private IReadOnlyList<BatchRecord> Plan() => Planner.Plan(Job, new RetryFilter { TakesIncomplete = true, Classes = new HashSet<FailureClass>() }, new SpoolLimits());

    private IEnumerable<(string Id, int Attempt, bool HasFailedLater)> Last() => _engine.Ledger.Attempts.LastOf(_engine.Ledger.Batches.OfJob(Job.Id))
        .Select(static a => (a.Attempt.CustomId, a.Batch.Attempt, a.Attempt.FailedLater is not null));
}
