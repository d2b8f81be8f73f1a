using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Core.Tests.Results;

/// <summary>What the books have of each line, whatever the line before it was, and of lines that belong to no request.</summary>
public sealed class OutcomeTests : IDisposable
{
    private readonly EngineFixture _engine;

    private InterferingHandler? _network;

    public OutcomeTests() => _engine = new EngineFixture(between: service => _network = new InterferingHandler(service));

    private InterferingHandler Network => _network!;

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task Each_line_is_in_the_books_with_its_own_words()
    {
        // Each differs from the line before in one thing.
        (string Result, (Outcome?, FailureClass?, string?, string?, string?) Words, string? Geo)[] lines =
        [
            (ScriptedAnswers.Succeeded(), (Outcome.Succeeded, null, "end_turn", "claude-haiku-4-5-20251001", null), null),
            (ScriptedAnswers.Succeeded(), (Outcome.Succeeded, null, "end_turn", "claude-haiku-4-5-20251001", null), null),
            (ScriptedAnswers.Succeeded(stopReason: "max_tokens"), (Outcome.Succeeded, null, "max_tokens", "claude-haiku-4-5-20251001", null), null),
            (ScriptedAnswers.Succeeded(stopReason: "max_tokens", model: "another"), (Outcome.Succeeded, null, "max_tokens", "another", null), null),
            (ScriptedAnswers.Succeeded("\"input_tokens\":1,\"inference_geo\":\"us\"", "max_tokens", model: "another"), (Outcome.Succeeded, null, "max_tokens", "another", null), "us"),
            (ScriptedAnswers.Errored("api_error"), (Outcome.Errored, FailureClass.Transient, null, null, "api_error"), null),
            (ScriptedAnswers.Errored("overloaded_error"), (Outcome.Errored, FailureClass.Transient, null, null, "overloaded_error"), null),
            (ScriptedAnswers.Errored("invalid_request_error"), (Outcome.Errored, FailureClass.Permanent, null, null, "invalid_request_error"), null),
            (ScriptedAnswers.Errored("invalid_request_error", "Your credit balance is too low to access the Anthropic API."), (Outcome.Errored, FailureClass.OperatorFixable, null, null, "invalid_request_error"), null),
            (ScriptedAnswers.Ended("expired"), (Outcome.Expired, FailureClass.Transient, null, null, null), null),
            (ScriptedAnswers.Ended("canceled"), (Outcome.Canceled, FailureClass.None, null, null, null), null),
            (ScriptedAnswers.Ended("postponed"), (Outcome.Unknown, FailureClass.None, null, null, null), null),
            (ScriptedAnswers.Succeeded(), (Outcome.Succeeded, null, "end_turn", "claude-haiku-4-5-20251001", null), null),
        ];
        BatchRecord batch = await CollectedAsync(lines.Length, string.Concat(lines.Select(static (l, i) => ScriptedAnswers.Line($"row-{i}", l.Result))));

        Assert.Equal(
            lines.Select(static l => l.Words),
            _engine.Ledger.Attempts.OfBatch(batch, -1, 100).Select(static a => (a.Outcome, a.FailureClass, a.StopReason, a.Model, a.ErrorType)));
        // Calculated by hand: in a batch, a million input tokens cost half of 1 USD, and a million output tokens half of 5 USD.
        Assert.Equal(17_500_000, _engine.Ledger.Attempts.OfBatch(batch, -1, 1)[0].CostInPicodollars);
        Assert.Equal(
            lines.Select(static l => l.Geo),
            _engine.Ledger.Database.Read("SELECT inference_geo FROM attempt ORDER BY id", static row => row.TextOrNull("inference_geo")));
    }

    [Fact]
    public async Task The_key_is_in_no_words_of_the_books()
    {
        string succeeded = ScriptedAnswers.Succeeded("\"input_tokens\":1,\"inference_geo\":\"sk-ant-test\"", "at sk-ant-test", model: "of sk-ant-test");
        BatchRecord batch = await CollectedAsync(2, ScriptedAnswers.Line("row-0", succeeded)
            + ScriptedAnswers.Line("row-1", ScriptedAnswers.Errored("billing_error", "The key sk-ant-test has no credit.")));

        AttemptRecord first = _engine.Ledger.Attempts.OfBatch(batch, -1, 1)[0];
        Assert.StartsWith("of ", first.Model, StringComparison.Ordinal);
        Assert.StartsWith("at ", first.StopReason, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-ant-test", first.Model + first.StopReason, StringComparison.Ordinal);
        Assert.Equal(0, _engine.Ledger.Database.Scalar("SELECT count(*) FROM attempt WHERE inference_geo LIKE '%sk-ant-test%'"));
        Assert.Contains("has no credit", _engine.Job("job").PauseReason, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-ant-test", _engine.Job("job").PauseReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cause_at_the_account_pauses_the_job_with_the_first_words_and_the_line_to_run()
    {
        await CollectedAsync(3, ScriptedAnswers.Line("row-0", ScriptedAnswers.Errored("permission_error", "First words."))
            + ScriptedAnswers.Line("row-1", ScriptedAnswers.Errored("api_error", "Other words."))
            + ScriptedAnswers.Line("row-2", ScriptedAnswers.Errored("permission_error", "Second words.")));

        JobRecord job = _engine.Job("job");
        Assert.Equal(PauseCause.OperatorFixable, job.PausedFor);
        Assert.StartsWith("2 requests of part 1 failed for a cause at the account (First words.).", job.PauseReason, StringComparison.Ordinal);
        Assert.EndsWith("Invoke-ClaudeBatchRetry -Job job -FailureClass OperatorFixable", job.PauseReason, StringComparison.Ordinal);
        Assert.Equal(job.PauseReason, Assert.Single(_engine.Journal(EventKind.Paused)));
    }

    [Fact]
    public async Task A_cause_without_words_is_told_by_its_type()
    {
        await CollectedAsync(1, ScriptedAnswers.Line("row-0", """{"type":"errored","error":{"type":"error","error":{"type":"billing_error"} } }"""));

        Assert.Contains("(billing_error)", _engine.Job("job").PauseReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cause_at_the_account_waits_until_the_answers_have_come_whole()
    {
        BatchRecord batch = await EndedAsync(2);
        Network.ChangeResults(static _ => ScriptedAnswers.Line("row-0", ScriptedAnswers.Errored("permission_error")));
        await Assert.ThrowsAsync<ClaudeBatchException>(() => _engine.CollectAsync(batch));

        Assert.Null(_engine.Job("job").PauseReason);
    }

    [Fact]
    public async Task Lines_without_a_request_are_counted_and_the_first_of_them_are_named()
    {
        BatchRecord batch = await EndedAsync(26);
        Network.ChangeResults(static body => string.Concat(body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).Take(25)
            .Select(static (line, i) => $"{line}\n{line}\n{{\n" + ScriptedAnswers.Line($"theirs-{i}", ScriptedAnswers.Ended("expired")))));
        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => _engine.CollectAsync(batch));

        Assert.Contains(
            "1 of 26 requests have no answer yet, 25 lines cannot be read, 25 lines repeat an id, 25 lines have an id that was never in the batch",
            failure.Message,
            StringComparison.Ordinal);
        using FileStream reading = File.OpenRead(Assert.Single(_engine.Ledger.Folder.AllResults(batch.JobId, batch.Part))); // as somebody else does
        BookProblem[] problems = [.. new Reconciler(_engine.Ledger).Check(_engine.Now(batch)).Where(static p => p.Kind != ProblemKind.Pending)];
        Assert.Equal([25, 25, 25], problems.Select(static p => p.Count));
        Assert.Equal([20, 20, 0], problems.Select(static p => p.CustomIds.Count));
        Assert.Equal([.. Enumerable.Range(0, 20).Select(static i => $"theirs-{i}")], problems[1].CustomIds);
        Assert.Equal(20, problems[2].Message.Split(", ").Length);
        Assert.EndsWith("75, 79.", problems[2].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_others_fill_meanwhile_hinders_the_answers_of_another_tools_batch_alone()
    {
        BatchRecord batch = await EndedAsync(2);
        using JobInput input = _engine.OpenInput("job");
        Assert.Equal(BatchState.Collected, (await _engine.CollectAsync(batch)).State);
        _engine.Change(batch, static b => b with { State = BatchState.Ended, ResultsDigest = null });
        _engine.Ledger.Database.Execute("UPDATE batch SET spool_digest = NULL");

        Assert.Equal("JobBusy", (await Assert.ThrowsAsync<ClaudeBatchException>(() => _engine.CollectAsync(batch))).Id);
    }

    private async Task<BatchRecord> CollectedAsync(int requests, string lines)
    {
        BatchRecord batch = await EndedAsync(requests);
        Network.ChangeResults(_ => lines);
        return await _engine.CollectAsync(batch);
    }

    private async Task<BatchRecord> EndedAsync(int requests)
    {
        BatchRecord batch = (await _engine.SendAsync(_engine.Seal("job", [.. Enumerable.Range(0, requests).Select(static i => $"row-{i}")]).NewBatches[0])).Batch;
        _engine.Clock.Advance(TimeSpan.FromHours(1));
        return await new BatchPoller(_engine.Ledger, _engine.Api, _engine.Clock).RefreshAsync(batch, CancellationToken.None);
    }
}
