using System.Text;
using System.Text.Json;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Rounds;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Rounds;

/// <summary>Conversations with tools over several batches.</summary>
public sealed class RoundTests : IDisposable
{
    private const string Call = """[{"type":"tool_use","name":"Get-Order","input":{"Number":1}}]""";

    private readonly RoundFixture _it = new(new EmulatorPlan { ToolRounds = 2, ToolCalls = 2, Seed = 7 });

    private readonly FakeBench _bench = new("Get-Order", "Send-Refund");

    public void Dispose() => _it.Dispose();

    [Fact]
    public async Task Answers_that_call_tools_go_on_until_the_model_answers_in_words()
    {
        _it.Seal(6, "a", "b", "c");

        await _it.RunAsync(_bench);

        Assert.Equal(JobState.Finished, _it.State);
        Assert.Equal([1, 2, 3], _it.Ledger.Batches.OfJob(_it.Job.Id).Select(static b => b.Round));
        Assert.All(_it.Results(), static r => Assert.Equal((3, "end_turn", null), (r.Batch.Round, r.Attempt.StopReason, Completeness.Of(r))));
        Assert.Equal(12, _bench.Ran.Count);
        Assert.Equal(3, _it.Totals.Succeeded);
        Assert.True(new Reconciler(_it.Ledger).Check(_it.Job, readsFiles: true).IsReconciled);
    }

    [Fact]
    public async Task Calls_run_in_the_order_of_the_input()
    {
        _it.Seal(2, "b", "a", "c");

        await _it.RunAsync(_bench);

        Assert.Equal(["b", "b", "a", "a", "c", "c"], _bench.Ran.Select(static r => r[..1]));
    }

    [Fact]
    public async Task Cost_and_usage_are_sums_over_rounds()
    {
        _it.Seal(6, "a");

        await _it.RunAsync(_bench);

        long[] costs = [.. _it.Ledger.Batches.OfJob(_it.Job.Id).Select(b => _it.Ledger.Attempts.All(b).Single().CostInPicodollars!.Value)];
        CollectedResult last = Assert.Single(_it.Results());
        Assert.Equal(costs.Sum(), last.Attempt.CostInPicodollars);
        using JsonDocument rounds = JsonDocument.Parse(last.Attempt.Rounds!);
        Assert.True(rounds.RootElement.GetProperty("usage").GetProperty("input_tokens").GetInt64() > costs.Length);
        Assert.Equal(4, rounds.RootElement.GetProperty("calls").GetArrayLength());
    }

    [Fact]
    public async Task Without_rounds_left_a_call_is_the_last_word_and_incomplete()
    {
        _it.Seal(2, "a", "b");

        await _it.RunAsync(_bench);

        Assert.Equal(JobState.Finished, _it.State);
        Assert.Equal((2, 2, 0), (_it.Totals.Succeeded, _it.Totals.Incomplete, _it.Totals.WaitingForTools));
        Assert.Equal(4, _bench.Ran.Count);
        Assert.NotNull(JobEnd.Of(_it.Ledger, _it.Job));
    }

    [Fact]
    public async Task A_job_without_rounds_runs_nothing_and_ends_with_the_calls()
    {
        _it.Engine.Seal("job", [RoundFixture.Request("a")]);

        await _it.RunAsync(_bench);

        Assert.Equal(JobState.Finished, _it.State);
        Assert.Empty(_bench.Ran);
    }

    [Fact]
    public async Task Tools_that_nobody_names_pause_the_job_and_say_so_and_naming_them_goes_on()
    {
        _it.Seal(6, "a", "b");

        IReadOnlyList<RoundNote> notes = await _it.RunAsync(bench: null);
        Assert.False(_it.Step(bench: null).IsDue(_it.Job, isNamed: false));

        Assert.Equal((JobState.Paused, PauseCause.ToolsNotNamed), (_it.State, _it.Job.PausedFor));
        Assert.Equal((0, 2), (_it.Totals.Succeeded, _it.Totals.WaitingForTools));
        Assert.Equal(_it.Totals.Requests, _it.Totals.Sum);
        string told = Assert.Single(notes, static n => n.Failure?.Id == "ToolsNotNamed").Message;
        Assert.Matches("2 requests of job 'job' wait for (Get-Order|Send-Refund)", told);
        Assert.Null(JobEnd.Of(_it.Ledger, _it.Job));

        await _it.RunAsync(_bench);

        Assert.Equal((JobState.Finished, 2), (_it.State, _it.Totals.Succeeded));
    }

    [Fact]
    public async Task A_row_that_needs_a_tool_of_another_line_waits_and_the_others_go_on()
    {
        _it.Seal(2, [RoundFixture.Request("a", "\"Get-Order\""), RoundFixture.Request("b", "\"Send-Refund\"")]);

        await _it.RunAsync(new FakeBench("Get-Order"));

        Assert.Equal(JobState.Paused, _it.State);
        Assert.Contains("1 request of job 'job' waits for Send-Refund", _it.Job.PauseReason, StringComparison.Ordinal);
        Assert.Equal(1, _it.Totals.WaitingForTools);
    }

    [Fact]
    public async Task A_tool_that_was_never_declared_is_told_as_an_error_and_not_run()
    {
        _it.Answers = static a => a.Round == 1
            ? ScriptedAnswer.OfContent("""[{"type":"tool_use","name":"Get-Else","input":{}}]""")
            : ScriptedAnswer.OfText("Well.");
        _it.Seal(2, [RoundFixture.Request("a")]);

        await _it.RunAsync(_bench);

        Assert.Empty(_bench.Ran);
        Assert.Contains("There is no tool 'Get-Else'.", _it.SentInRound(2), StringComparison.Ordinal);
        Assert.Contains("\"is_error\":true", _it.SentInRound(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_stays_the_command_that_it_was()
    {
        _it.Seal(6, "a");
        await _it.RunAsync(_bench, most: 3);
        int ran = _bench.Ran.Count;
        _bench.PlaceOf = static name => $"Other\\{name}";

        IReadOnlyList<RoundNote> notes = await _it.RunAsync(_bench, most: 2);

        Assert.Equal("ToolChanged", Assert.Single(notes.DistinctBy(static n => n.Failure?.Id), static n => n.Failure is not null).Failure!.Id);
        Assert.Equal(ran, _bench.Ran.Count);
    }

    [Fact]
    public async Task What_came_back_is_what_the_service_sent_byte_for_byte()
    {
        _it.Seal(6, "a");

        await _it.RunAsync(_bench);

        byte[] line = File.ReadAllBytes(_it.Ledger.Folder.Results(_it.Job.Id, 1, 1));
        string content = Encoding.UTF8.GetString(ParamsEdit.ContentOf(line));
        Assert.Contains($$"""{"role":"assistant","content":{{content}}}""", _it.SentInRound(2), StringComparison.Ordinal);
        Assert.StartsWith(
            File.ReadAllText(_it.Ledger.Folder.Spool(_it.Job.Id, 1)).Split("Hi a")[0], _it.SentInRound(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_turn_after_results_is_asked_on_with_a_new_message()
    {
        _it.Answers = static a => a.Prompt == "Please continue." ? ScriptedAnswer.OfContent("""[{"type":"text","text":"All is well."}]""", "end_turn")
            : a.Round == 1 ? ScriptedAnswer.OfContent(Call)
            : ScriptedAnswer.OfContent("[]", "end_turn");
        _it.Seal(4, "a");

        await _it.RunAsync(_bench);

        Assert.EndsWith("""{"role":"user","content":"Please continue."}]}}]}""", _it.SentInRound(3), StringComparison.Ordinal);
        Assert.Equal(("All is well.", 3), (_it.Results().Single().ReadAnswer()!.Text, _it.Results().Single().Batch.Round));
    }

    [Fact]
    public async Task A_paused_turn_goes_on_without_a_message_of_the_user()
    {
        using RoundFixture paused = new(new EmulatorPlan { Pauses = 1 });
        const string search = """{"type":"web_search_20250305","name":"web_search","max_uses":2}""";
        PreparedRequest request = RoundFixture.Request("a");
        string item = Encoding.UTF8.GetString(request.Utf8.Span).Replace("\"tools\":[", $"\"tools\":[{search},", StringComparison.Ordinal);
        paused.Seal(3, [RequestLine.Parse(Encoding.UTF8.GetBytes(item), "a test")]);

        await paused.RunAsync(bench: null);

        Assert.Equal((JobState.Finished, 2), (paused.State, paused.Results().Single().Batch.Round));
        using JsonDocument body = JsonDocument.Parse(File.ReadAllText(paused.Ledger.Folder.Spool(paused.Job.Id, 2)));
        JsonElement messages = body.RootElement.GetProperty("requests")[0].GetProperty("params").GetProperty("messages");
        Assert.Equal("assistant", messages[messages.GetArrayLength() - 1].GetProperty("role").GetString());
    }
}
