using System.Text.Json;
using static ClaudeBatch.Emulator.Tests.ConversationFixture;

namespace ClaudeBatch.Emulator.Tests;

/// <summary>Rounds in which the emulated model calls tools of the user, and what it takes back.</summary>
public sealed class ToolRoundTests
{
    [Fact]
    public async Task Tools_are_called_in_the_plans_rounds_and_then_the_model_answers_what_they_gave()
    {
        using ConversationFixture talk = new(new EmulatorPlan { ToolRounds = 2 });
        string parameters = First();
        List<string> ids = [];
        HashSet<string> calls = [];
        List<long> input = [];
        for (int round = 1; round <= 2; round++)
        {
            JsonElement calling = await talk.AnswerAsync(parameters);
            Assert.Equal("tool_use", Stop(calling));
            JsonElement call = Assert.Single(calling.GetProperty("content").EnumerateArray());
            Assert.Contains(call.GetProperty("name").GetString(), new[] { "Get-Order", "Send-Refund" });
            ids.AddRange(Ids(Content(calling)));
            calls.Add(call.GetProperty("name").GetString() + call.GetProperty("input").GetRawText());
            input.Add(calling.GetProperty("usage").GetProperty("input_tokens").GetInt64());
            parameters = Next(parameters, Content(calling), Results(Content(calling), $"order {round}"));
        }

        JsonElement answer = await talk.AnswerAsync(parameters);

        Assert.Equal("end_turn", Stop(answer));
        Assert.Equal("order 2", answer.GetProperty("content")[0].GetProperty("text").GetString());
        Assert.Equal(2, ids.Distinct().Count());
        Assert.Equal(2, calls.Count); // each round is drawn anew
        input.Add(answer.GetProperty("usage").GetProperty("input_tokens").GetInt64());
        Assert.Equal(input.Order(), input);
        Assert.Equal(3, input.Distinct().Count());
        string again = $$""",{"role":"assistant","content":{{Content(answer)}} },{"role":"user","content":"And now?"}]}""";
        Assert.Equal("tool_use", Stop(await talk.AnswerAsync(parameters[..^2] + again))); // a new question begins anew
    }

    [Fact]
    public async Task Calls_repeat_with_the_seed_in_all_but_their_ids_when_a_request_is_sent_again()
    {
        using ConversationFixture one = new(new EmulatorPlan { ToolRounds = 1, ToolCalls = 3 });
        using ConversationFixture other = new(new EmulatorPlan { ToolRounds = 1, ToolCalls = 3 });

        string first = Content(await one.AnswerAsync(First()));
        string again = Content(await one.AnswerAsync(First()));

        Assert.Equal(first, Content(await other.AnswerAsync(First())));
        Assert.Equal(6, Ids(first).Concat(Ids(again)).Distinct().Count());
        Assert.Equal(Calls(first), Calls(again));

        static string[] Calls(string content) => [.. JsonDocument.Parse(content).RootElement.EnumerateArray()
            .Select(static b => b.GetProperty("name").GetString() + b.GetProperty("input").GetRawText())];
    }

    [Theory]
    [InlineData("", 3)]
    [InlineData("""{"type":"auto"}""", 3)]
    [InlineData("""{"type":"auto","disable_parallel_tool_use":true}""", 1)]
    [InlineData("""{"type":"any"}""", 3)]
    [InlineData("""{"type":"tool","name":"Get-Order","disable_parallel_tool_use":true}""", 1)]
    [InlineData("""{"type":"none"}""", 0)]
    public async Task The_requests_choice_goes_before_the_plan(string choice, int calls)
    {
        using ConversationFixture talk = new(new EmulatorPlan { ToolRounds = 1, ToolCalls = 3 });

        JsonElement answer = await talk.AnswerAsync(First(more: choice.Length == 0 ? string.Empty : $"\"tool_choice\":{choice},"));

        Assert.Equal(calls, Ids(Content(answer)).Length);
    }

    [Theory]
    [InlineData("[]", "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: {0}, {1}. Each `tool_use` block must have a corresponding `tool_result` block in the next message.")]
    [InlineData("[{{0}}]", "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: {1}. Each")]
    [InlineData("""[{"type":"text","text":"See:"},{{0}},{{1}}]""", "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: {0}, {1}. Each")]
    [InlineData("""[{{0}},{"type":"text","text":"See:"},{{1}}]""", "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: {1}. Each")]
    [InlineData("[{{0}},{{1}},{{x}}]", "messages.2.content.2: unexpected `tool_use_id` found in `tool_result` blocks: toolu_x. Each `tool_result` block must have a corresponding `tool_use` block in the previous message.")]
    [InlineData("[{{0}},{{1}},{{0}}]", "messages.2.content.2: each tool_use must have a single result. Found multiple `tool_result` blocks with id: {0}")]
    [InlineData("""[{{1}},{"type":"tool_result","tool_use_id":"{0}","content":[{"type":"thinking"}]}]""", "messages.2.content.1.tool_result.content.0: Input tag 'thinking'")]
    [InlineData("""[{{1}},{"type":"tool_result","tool_use_id":"{0}","is_error":"yes"}]""", "messages.2.content.1.tool_result.is_error: Input should be a valid boolean")]
    [InlineData("""[{{1}},{"type":"tool_result","tool_use_id":"{0}"},{"type":"text","text":"Go on."}]""", null)]
    [InlineData("""[{{0}},{"type":"tool_result","tool_use_id":"{1}","is_error":true,"content":[{"type":"text","text":"No such order."}]}]""", null)]
    public async Task Each_call_has_one_result_right_after_it(string user, string? refusal)
    {
        using ConversationFixture talk = new(new EmulatorPlan { ToolRounds = 1, ToolCalls = 2 });
        string content = Content(await talk.AnswerAsync(First()));
        string Filled(string text) => text.Replace("{{0}}", Result("{0}"), StringComparison.Ordinal).Replace("{{1}}", Result("{1}"), StringComparison.Ordinal)
            .Replace("{{x}}", Result("toolu_x"), StringComparison.Ordinal)
            .Replace("{0}", Ids(content)[0], StringComparison.Ordinal).Replace("{1}", Ids(content)[1], StringComparison.Ordinal);
        static string Result(string id) => $$"""{"type":"tool_result","tool_use_id":"{{id}}","content":"done"}""";

        string next = Next(First(), content, user == "[]" ? "\"Well?\"" : Filled(user));

        if (refusal is null)
        {
            Assert.Equal("end_turn", Stop(await talk.AnswerAsync(next)));
        }
        else
        {
            Assert.StartsWith(Filled(refusal), await talk.ErrorAsync(next), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_conversation_does_not_end_with_calls_or_repeat_them()
    {
        using ConversationFixture talk = new(new EmulatorPlan { ToolRounds = 1 });
        string content = Content(await talk.AnswerAsync(First()));
        string next = Next(First(), content, Results(content));

        Assert.StartsWith("messages.1: `tool_use` ids were found without", await talk.ErrorAsync(Next(First(), content)), StringComparison.Ordinal);
        Assert.Equal("messages.3: `tool_use` ids must be unique", await talk.ErrorAsync(Next(next, content, Results(content))));
        Assert.StartsWith("messages.0.content.0: unexpected `tool_use_id`", await talk.ErrorAsync(
            First().Replace("\"Where is it?\"", Results(content), StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_is_asked_with_the_round_and_the_results_and_gives_calls_or_any_blocks()
    {
        using ConversationFixture talk = new(new EmulatorPlan());
        AskedRequest? asked = null;
        string parameters = First();
        string Body() => $"{{\"requests\":[{ServiceFixture.Item("row-1", parameters)}]}}";
        async Task<JsonElement> GivenAsync(ScriptedAnswer answer)
        {
            string file = Path.Combine(talk.Service.Folder, "body");
            await File.WriteAllTextAsync(file, Body());
            new AnswerStore(talk.Service.Folder).Fill(file, a =>
            {
                asked = a with { Params = a.Params.Clone() };
                return answer;
            });
            return await talk.AnswerAsync(parameters);
        }

        JsonElement calling = await GivenAsync(ScriptedAnswer.OfContent("""[{"type":"text","text":"I look."},{"type":"tool_use","name":"Get-Order","input":{"Number":3.7}},{"type":"tool_use","name":"Unknown","id":"toolu_mine"}]"""));
        Assert.Equal((1, 0), (asked!.Round, asked.ToolResults.Count));
        Assert.Equal("tool_use", Stop(calling));
        Assert.Equal("3.7", calling.GetProperty("content")[1].GetProperty("input").GetProperty("Number").GetRawText());
        Assert.Equal("{}", calling.GetProperty("content")[2].GetProperty("input").GetRawText());
        Assert.StartsWith("toolu_01", Ids(Content(calling))[0], StringComparison.Ordinal);
        Assert.Equal("toolu_mine", Ids(Content(calling))[1]);

        parameters = Next(parameters, Content(calling), $$"""[{"type":"tool_result","tool_use_id":"{{Ids(Content(calling))[0]}}","is_error":true,"content":[{"type":"text","text":"no int"}]},{"type":"tool_result","tool_use_id":"toolu_mine"}]""");
        JsonElement empty = await GivenAsync(ScriptedAnswer.OfContent("[]"));
        Assert.Equal(("end_turn", "[]"), (Stop(empty), Content(empty)));
        Assert.Equal((2, "Where is it?"), (asked.Round, asked.Prompt));
        Assert.Equal([new GivenToolResult(Ids(Content(calling))[0], "no int", true), new GivenToolResult("toolu_mine", string.Empty, false)], asked.ToolResults);

        Assert.Equal("refusal", Stop(await GivenAsync(ScriptedAnswer.OfContent("[]", "refusal"))));
        Assert.Throws<ArgumentException>(() => ScriptedAnswer.OfContent("""[{"text":"no type"}]"""));
    }
}
