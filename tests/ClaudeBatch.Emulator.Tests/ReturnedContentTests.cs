using System.Text.Json;
using System.Text.Json.Nodes;
using static ClaudeBatch.Emulator.Tests.ConversationFixture;

namespace ClaudeBatch.Emulator.Tests;

/// <summary>Pauses, searches of the service, and content that comes back byte by byte.</summary>
public sealed class ReturnedContentTests
{
    private static readonly string s_both = $"{Tools[..^1]},{Search[1..]}";

    [Fact]
    public async Task A_paused_turn_goes_on_with_itself_until_the_plan_lets_it_answer()
    {
        using ConversationFixture talk = new(new EmulatorPlan { Pauses = 2, ToolRounds = 1, Verbatim = true });
        string parameters = First(s_both, "claude-opus-5-5");
        for (int pause = 1; pause <= 2; pause++)
        {
            JsonElement paused = await talk.AnswerAsync(parameters);
            Assert.Equal("pause_turn", Stop(paused));
            Assert.Equal(pause, paused.GetProperty("usage").GetProperty("server_tool_use").GetProperty("web_search_requests").GetInt32());
            parameters = Next(parameters, Content(paused));
        }

        JsonElement calling = await talk.AnswerAsync(parameters);
        Assert.Equal("tool_use", Stop(calling));
        Assert.Equal("web_search_tool_result", calling.GetProperty("content")[0].GetProperty("type").GetString());
        parameters = Next(parameters, Content(calling), Results(Content(calling), "found"));
        Assert.Equal("found", (await talk.AnswerAsync(parameters)).GetProperty("content")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task A_search_that_has_not_run_needs_its_tool_and_no_message_of_the_user()
    {
        using ConversationFixture talk = new(new EmulatorPlan { Pauses = 1 });
        string first = First(s_both);
        string content = Content(await talk.AnswerAsync(first));

        Assert.Contains("`tools` does not define it", await talk.ErrorAsync(Next(First(), content)), StringComparison.Ordinal);
        Assert.Contains("was found without a corresponding `web_search_tool_result` block", await talk.ErrorAsync(Next(first, content, "\"Go on.\"")), StringComparison.Ordinal);
        JsonElement answer = await talk.AnswerAsync(Next(first, content));
        Assert.Equal("end_turn", Stop(answer));
        Assert.Equal("web_search_result_location", answer.GetProperty("content")[1].GetProperty("citations")[0].GetProperty("type").GetString());
        await talk.AnswerAsync(Next(Next(first, content), Content(answer), "\"Thanks.\""));
    }

    [Fact]
    public async Task Beside_a_search_that_has_not_run_only_results_come_back()
    {
        using ConversationFixture talk = new(new EmulatorPlan());
        string first = First(s_both);
        const string mixed = """[{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"query":"x"}},{"type":"tool_use","id":"toolu_1","name":"Get-Order","input":{}}]""";
        const string result = """{"type":"tool_result","tool_use_id":"toolu_1","content":"done"}""";

        Assert.Equal(
            "messages.2: only `tool_result` blocks may follow while `web_search` with id srvtoolu_1 has no result",
            await talk.ErrorAsync(Next(first, mixed, $$"""[{{result}},{"type":"text","text":"Go on."}]""")));
        Assert.Contains("`tools` does not define it", await talk.ErrorAsync(Next(First(), mixed, $"[{result}]")), StringComparison.Ordinal);
        JsonElement answer = await talk.AnswerAsync(Next(first, mixed, $"[{result}]"));
        Assert.Equal("srvtoolu_1", answer.GetProperty("content")[0].GetProperty("tool_use_id").GetString());
        await talk.AnswerAsync(Next(Next(first, mixed, $"[{result}]"), Content(answer), "\"Thanks.\""));
    }

    [Fact]
    public async Task What_a_search_has_encrypted_comes_back_as_it_was()
    {
        using ConversationFixture talk = new(new EmulatorPlan { Pauses = 1 });
        string first = First(s_both);
        string content = Content(await talk.AnswerAsync(first));
        string answer = Content(await talk.AnswerAsync(Next(first, content)));
        JsonNode changed = JsonNode.Parse(content)!;
        changed[1]!["content"]![0]!["encrypted_content"] = "Eq";
        JsonNode without = JsonNode.Parse(content)!;
        without[1]!["content"]![0]!.AsObject().Remove("encrypted_content");
        JsonNode cited = JsonNode.Parse(answer)!;
        cited[1]!["citations"]![0]!["encrypted_index"] = "Eo";

        Assert.Equal("messages.1.content.1.content.0.encrypted_content: Invalid `encrypted_content`", await talk.ErrorAsync(Next(first, changed.ToJsonString())));
        Assert.Equal("messages.1.content.1.content.0.encrypted_content: Field required", await talk.ErrorAsync(Next(first, without.ToJsonString())));
        Assert.Equal(
            "messages.2.content.1.citations.0.encrypted_index: Invalid `encrypted_index`",
            await talk.ErrorAsync(Next(Next(first, content), cited.ToJsonString(), "\"Thanks.\"")));
    }

    [Fact]
    public async Task Odd_content_says_the_same_and_no_client_writes_it_alike()
    {
        using ConversationFixture odd = new(new EmulatorPlan { ToolRounds = 1, ToolCalls = 4, OddContent = true, ThinkingBlocks = true });
        string first = First(model: "claude-opus-5", more: "\"thinking\":{\"type\":\"adaptive\"},");
        string content = Content(await odd.AnswerAsync(first));

        Assert.Contains("\"text\" :\t\"\"", content, StringComparison.Ordinal);
        Assert.Contains("\\u00e9 \\ud83d\\ude00 <\\/b>", content, StringComparison.Ordinal);
        Assert.Contains("\"toolset_name\" :\tnull", content, StringComparison.Ordinal);
        Assert.Contains("\"annotations\" :\t{ \"weight\" :\t1e2 ,\"share\" :\t1.0", content, StringComparison.Ordinal);
        Assert.Contains("\"Number\" :\t1e2", content, StringComparison.Ordinal);
        Assert.NotEqual(content, Rewritten(content));
        Assert.Equal("end_turn", Stop(await odd.AnswerAsync(Next(first, Rewritten(content), Results(content)))));
        using ConversationFixture plain = new(new EmulatorPlan { ToolRounds = 1, ToolCalls = 4 });
        string same = Content(await plain.AnswerAsync(first));
        Assert.Equal(Inputs(same), Inputs(content));

        static object?[] Inputs(string content) => [.. JsonDocument.Parse(content).RootElement.EnumerateArray()
            .Where(static b => b.GetProperty("type").GetString() == "tool_use").SelectMany(static b => b.GetProperty("input").EnumerateObject())
            .Select(static f => f.Value.ValueKind == JsonValueKind.Number ? f.Value.GetDouble() : (object?)f.Value.GetString())];
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_plan_can_ask_for_the_bytes_of_the_answer(bool isOdd)
    {
        using ConversationFixture talk = new(new EmulatorPlan { ToolRounds = 2, ToolCalls = 2, OddContent = isOdd, Verbatim = true });
        string content = Content(await talk.AnswerAsync(First()));
        string second = Next(First(), content, Results(content));
        string later = Content(await talk.AnswerAsync(second));

        Assert.Equal("end_turn", Stop(await talk.AnswerAsync(Next(second, later, Results(later)))));
        string spoiled = isOdd ? Rewritten(later) : later.Replace("\"type\":", "\"type\": ", StringComparison.Ordinal);
        Assert.Equal(
            "messages.3.content: These are not the bytes of the answer. The emulator's plan asks for them.",
            await talk.ErrorAsync(Next(second, spoiled, Results(later))));
        JsonNode fewer = JsonNode.Parse(content)!;
        fewer.AsArray().RemoveAt(fewer.AsArray().Count - 1);
        Assert.StartsWith("messages.1.content: These are not", await talk.ErrorAsync(Next(First(), fewer.ToJsonString(), $"[{Results(content)[1..^1].Split("},{")[0]}}}]")), StringComparison.Ordinal);
    }
}
