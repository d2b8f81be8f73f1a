using System.Text.Json;
using System.Text.Json.Nodes;
using static ClaudeBatch.Emulator.Tests.ConversationFixture;

namespace ClaudeBatch.Emulator.Tests;

/// <summary>Thinking blocks, which are bound to their words, their model and the conversation before them.</summary>
public sealed class ThinkingTests : IDisposable
{
    private const string Beta = "thinking-binding-controls-2026-08-01";

    private const string Thinking = "\"thinking\":{\"type\":\"adaptive\"},";

    private const string Strict = "\"thinking\":{\"type\":\"adaptive\",\"block_binding\":{\"prefix_mismatch_behavior\":\"error\"}},";

    private readonly ConversationFixture _talk = new(new EmulatorPlan { ToolRounds = 2, ThinkingBlocks = true });

    public void Dispose() => _talk.Dispose();

    [Theory]
    [InlineData("", "claude-opus-5-5", true)]
    [InlineData("", "claude-opus-5", false)]
    [InlineData("\"thinking\":{\"type\":\"disabled\"},", "claude-haiku-4-5", false)]
    [InlineData("\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024},", "claude-haiku-4-5", true)]
    [InlineData(Thinking, "claude-opus-5-5", true)]
    public async Task Answers_begin_with_thinking_where_it_is_on(string thinking, string model, bool thinks)
    {
        JsonElement answer = await _talk.AnswerAsync(First(model: model, more: thinking));

        Assert.Equal(thinks ? ["thinking", "tool_use"] : ["tool_use"], Types(Content(answer)));
    }

    [Fact]
    public async Task Some_thinking_is_empty_and_all_of_it_is_taken_back_however_its_json_is_written()
    {
        HashSet<bool> empty = [];
        foreach (string id in Enumerable.Range(1, 8).Select(static i => $"row-{i}"))
        {
            string first = First(model: "claude-opus-5-5", more: Strict);
            string content = Content(await _talk.AnswerAsync(first, Beta, id));
            empty.Add(content.Contains("\"thinking\":\"\"", StringComparison.Ordinal));
            string second = Rewritten(Next(first, content, Results(content)));
            string later = Content(await _talk.AnswerAsync(second, Beta, id));
            JsonElement last = await _talk.AnswerAsync(Next(second, Rewritten(later), Results(later)), Beta, id);
            Assert.Equal("end_turn", Stop(last));
            Assert.Equal("[]", last.GetProperty("input_transformations").GetRawText());
        }

        Assert.Equal(2, empty.Count);
    }

    [Theory]
    [InlineData("signature", "EqQB")]
    [InlineData("signature", null)]
    [InlineData("thinking", "Otherwise")]
    public async Task Thinking_that_was_changed_is_refused(string field, string? value)
    {
        string first = First(model: "claude-opus-5-5", more: Thinking);
        string content = Content(await _talk.AnswerAsync(first));
        JsonNode changed = JsonNode.Parse(content)!;
        changed[0]![field] = value;

        Assert.Equal("messages.1.content.0: Invalid `signature` in `thinking` block", await _talk.ErrorAsync(Next(first, changed.ToJsonString(), Results(content))));
    }

    [Theory]
    [InlineData("\"system\":\"Be brief.\"", "\"system\":\"Be kind.\"", true)]
    [InlineData("\"content\":\"Where is it?\"", "\"content\":\"Where was it?\"", true)]
    [InlineData("\"maximum\":100", "\"maximum\":101", true)]
    [InlineData("\"content\":\"Where is it?\"", "\"content\":[{\"type\":\"text\",\"text\":\"Where is it?\",\"cache_control\":{\"type\":\"ephemeral\"}}]", false)]
    [InlineData("\"max_tokens\":2000", "\"max_tokens\":3000,\"output_config\":{\"effort\":\"low\"},\"metadata\":{\"user_id\":\"u\"},\"tool_choice\":{\"type\":\"auto\"}", false)]
    public async Task What_comes_before_is_bound_and_what_may_change_is_not(string was, string becomes, bool isBound)
    {
        const string model = "claude-opus-5-5";
        string content = Content(await _talk.AnswerAsync(First(model: model, more: Thinking)));
        string Changed(string more) => Next(First(model: model, more: more), content, Results(content)).Replace(was, becomes, StringComparison.Ordinal);

        Assert.False((await _talk.AnswerAsync(Changed(Thinking))).TryGetProperty("input_transformations", out _)); // unseen
        JsonElement told = await _talk.AnswerAsync(Changed(Thinking), Beta);
        Assert.Equal(
            isBound ? """[{"type":"thinking_dropped","path":"messages.1.content.0","reason":"prefix_binding_mismatch"}]""" : "[]",
            told.GetProperty("input_transformations").GetRawText());
        if (isBound)
        {
            Assert.Equal(
                "messages.1.content.0: Invalid `signature` in `thinking` block. The block is bound to a different conversation. Remove the block, or set "
                    + "`thinking.block_binding.prefix_mismatch_behavior` to \"drop_block\".",
                await _talk.ErrorAsync(Changed(Strict), Beta));
        }
        else
        {
            await _talk.AnswerAsync(Changed(Strict), Beta);
        }
    }

    [Fact]
    public async Task One_message_is_refused_where_a_batch_drops_the_thinking()
    {
        string content = Content(await _talk.AnswerAsync(First(model: "claude-opus-5-5", more: Thinking)));
        string changed = Next(First(model: "claude-opus-5-5", more: Thinking), content, Results(content)).Replace("Be brief.", "Be kind.", StringComparison.Ordinal);

        (HttpResponseMessage response, string body) = await _talk.Service.SendAsync(HttpMethod.Post, "v1/messages", changed);

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Contains("bound to a different conversation", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Thinking_may_go_from_the_front_but_not_from_the_middle()
    {
        string first = First(model: "claude-opus-5-5", more: Strict);
        List<string> contents = [];
        string parameters = first;
        string file = Path.Combine(_talk.Service.Folder, "body");
        for (int round = 0; round < 3; round++)
        {
            await File.WriteAllTextAsync(file, $"{{\"requests\":[{ServiceFixture.Item("row-1", parameters)}]}}");
            new AnswerStore(_talk.Service.Folder).Fill(file, static _ => ScriptedAnswer.OfContent("""[{"type":"thinking","thinking":"Hm."},{"type":"tool_use","name":"Get-Order","input":{"Number":100}}]"""));
            contents.Add(Content(await _talk.AnswerAsync(parameters, Beta)));
            parameters = Next(parameters, contents[^1], Results(contents[^1]));
        }

        string Without(int round) => parameters.Replace(contents[round], "[" + contents[round][(contents[round].IndexOf("},", StringComparison.Ordinal) + 2)..], StringComparison.Ordinal);
        await _talk.AnswerAsync(parameters, Beta);
        await _talk.AnswerAsync(Without(0), Beta);
        Assert.StartsWith("messages.5.content.0: Invalid `signature`", await _talk.ErrorAsync(Without(1), Beta), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_model_does_not_read_the_thinking_and_one_that_does_not_bind_takes_any_conversation()
    {
        string content = Content(await _talk.AnswerAsync(First(model: "claude-opus-5-5", more: Thinking)));
        JsonElement other = await _talk.AnswerAsync(Next(First(model: "claude-sonnet-5-5", more: Strict), content, Results(content)), Beta);
        Assert.Contains("model_binding_mismatch", other.GetProperty("input_transformations").GetRawText(), StringComparison.Ordinal);

        string first = First(model: "claude-opus-5", more: Thinking);
        content = Content(await _talk.AnswerAsync(first));
        JsonElement changed = await _talk.AnswerAsync(Next(first, content, Results(content)).Replace("Be brief.", "Be kind.", StringComparison.Ordinal), Beta);
        Assert.Equal("[]", changed.GetProperty("input_transformations").GetRawText());
    }

    [Fact]
    public async Task What_becomes_of_a_mismatch_is_asked_with_its_beta_only()
    {
        Assert.Equal("thinking.block_binding: Extra inputs are not permitted", await _talk.ErrorAsync(First(model: "claude-opus-5-5", more: Strict)));
        Assert.Equal(
            "thinking.block_binding.prefix_mismatch_behavior: Input should be 'drop_block' or 'error'",
            await _talk.ErrorAsync(First(model: "claude-opus-5-5", more: Strict.Replace("error", "fail", StringComparison.Ordinal)), "some-beta, " + Beta));
    }

    private static string[] Types(string content)
        => [.. JsonDocument.Parse(content).RootElement.EnumerateArray().Select(static b => b.GetProperty("type").GetString()!)];
}
