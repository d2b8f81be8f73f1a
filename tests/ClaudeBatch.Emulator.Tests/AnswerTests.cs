using System.Text.Json;
using System.Text.RegularExpressions;

namespace ClaudeBatch.Emulator.Tests;

/// <summary>What the emulated model answers, and what it reads from the cache.</summary>
public sealed partial class AnswerTests : IDisposable
{
    private const string Labels = """{"type":"object","properties":{"label":{"enum":["billing","bug","praise"]},"score":{"type":"integer"}},"required":["label","score"],"additionalProperties":false}""";

    private const string Tools = """[{"name":"label","input_schema":{"type":"object","properties":{"rank":{"type":"integer","minimum":10,"maximum":12,"multipleOf":2},"tags":{"type":"array","items":{"type":"string","minLength":20},"minItems":4}},"required":["rank","tags"]}},{"name":"now","input_schema":{"type":"object"}},{"type":"web_search_20250305","name":"web_search"}]""";

    private readonly ServiceFixture _service = new(new EmulatorPlan { Answers = "schema" });

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task A_schemas_choices_differ_from_request_to_request_and_repeat_with_the_seed()
    {
        string parameters = Params($$"""
            "output_config":{"format":{"type":"json_schema","schema":{{Labels}}} }
            """);
        Dictionary<string, string> first = Texts(await RunAsync(Many(60, parameters)));
        Dictionary<string, string> again = Texts(await RunAsync(Many(60, parameters)));
        _service.Plan.Seed = 1;
        Dictionary<string, string> other = Texts(await RunAsync(Many(60, parameters)));

        Assert.Equal(["billing", "bug", "praise"], first.Values.Select(static t => JsonDocument.Parse(t).RootElement.GetProperty("label").GetString()).Distinct().Order());
        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
    }

    [Theory]
    [InlineData("""{"type":"tool","name":"label"}""", "label")]
    [InlineData("""{"type":"tool","name":"label","disable_parallel_tool_use":true}""", "label")]
    [InlineData("""{"type":"any"}""", "label,now")]
    [InlineData("""{"type":"tool","name":"web_search"}""", "")]
    [InlineData("""{"type":"auto"}""", "")]
    [InlineData("""{"type":"none"}""", "")]
    public async Task A_tool_is_called_when_it_is_forced(string choice, string called)
    {
        Dictionary<string, JsonElement> results = await RunAsync(Many(20, Params($"\"tools\":{Tools},\"tool_choice\":{choice}")));

        JsonElement[] messages = [.. results.Values.Select(static r => r.GetProperty("message"))];
        Assert.All(messages, m => Assert.Equal(called.Length > 0 ? "tool_use" : "end_turn", m.GetProperty("stop_reason").GetString()));
        JsonElement[] calls = [.. messages.Select(static m => Assert.Single(m.GetProperty("content").EnumerateArray())).Where(static b => b.GetProperty("type").GetString() == "tool_use")];
        Assert.Equal(called, string.Join(',', calls.Select(static c => c.GetProperty("name").GetString()).Distinct().Order()));
        Assert.All(calls, static c => Assert.Matches(CallId(), c.GetProperty("id").GetString()));
        foreach (JsonElement input in calls.Where(static c => c.GetProperty("name").GetString() == "label").Select(static c => c.GetProperty("input")))
        {
            Assert.Contains(input.GetProperty("rank").GetInt32(), new[] { 10, 12 });
            Assert.Equal(4, input.GetProperty("tags").GetArrayLength());
            Assert.All(input.GetProperty("tags").EnumerateArray(), static t => Assert.Equal(20, t.GetString()!.Length));
        }
    }

    [Fact]
    public async Task What_is_passed_to_a_tool_is_nothing_when_it_is_cut()
    {
        string parameters = Params($"\"tools\":{Tools},\"tool_choice\":{{\"type\":\"tool\",\"name\":\"label\"}}").Replace("\"max_tokens\":500", "\"max_tokens\":1", StringComparison.Ordinal);
        JsonElement message = (await RunAsync(ServiceFixture.Item("a", parameters)))["a"].GetProperty("message");

        Assert.Equal("max_tokens", message.GetProperty("stop_reason").GetString());
        Assert.Equal("{}", message.GetProperty("content")[0].GetProperty("input").GetRawText());
    }

    [Theory]
    [InlineData("claude-haiku-4-5", 17_000, true)]
    [InlineData("claude-haiku-4-5", 15_000, false)] // Haiku 4.5 caches from 4,096 tokens on, Sonnet 5 from 1,024, Opus 5.5 from 512
    [InlineData("claude-sonnet-5", 5_000, true)]
    [InlineData("claude-sonnet-5", 3_500, false)]
    [InlineData("claude-opus-5-5", 2_500, true)]
    [InlineData("claude-opus-5-5", 1_800, false)]
    public async Task A_prompt_is_cached_from_the_models_least_length_on(string model, int length, bool isCached)
    {
        JsonElement usage = (await RunAsync(ServiceFixture.Item("a", Cached(model, length))))["a"].GetProperty("message").GetProperty("usage");

        Assert.Equal(isCached, usage.GetProperty("cache_creation_input_tokens").GetInt64() > 0);
    }

    [Fact]
    public async Task A_warm_cache_is_found_by_a_share_that_repeats_and_tokens_add_up()
    {
        string parameters = Cached("claude-haiku-4-5", 20_000);
        await RunAsync(ServiceFixture.Item("warm", parameters), minutes: 2);
        JsonElement[] usages = [];
        List<double> shares = [];
        for (int batch = 0; batch < 4; batch++)
        {
            usages = [.. (await RunAsync(Many(200, parameters), minutes: 2)).Values.Select(static r => r.GetProperty("message").GetProperty("usage"))];
            shares.Add(usages.Count(static u => Count(u, "cache_read_input_tokens") > 0) / 200.0);
        }

        Assert.All(shares, static s => Assert.InRange(s, 0.22, 1));
        Assert.True(shares.Distinct().Count() > 1);
        Assert.All(usages, static u => Assert.Equal(0, Math.Min(Count(u, "cache_read_input_tokens"), Count(u, "cache_creation_input_tokens"))));
        Assert.Single(usages.Select(static u => Count(u, "input_tokens") + Count(u, "cache_read_input_tokens") + Count(u, "cache_creation_input_tokens")).Distinct());
    }

    [Fact]
    public async Task Requests_of_one_batch_read_nothing_of_each_other()
        => Assert.All(
            (await RunAsync(Many(20, Cached("claude-haiku-4-5", 20_000)))).Values,
            static r => Assert.Equal(0, Count(r.GetProperty("message").GetProperty("usage"), "cache_read_input_tokens")));

    [Fact]
    public async Task Answers_that_were_stored_for_a_body_are_its_batchs_whoever_sends_it()
    {
        string body = ServiceFixture.Body("a", "b");
        string file = Path.Combine(_service.Folder, "body");
        await File.WriteAllTextAsync(file, body);
        AnswerStore store = new(_service.Folder);
        store.Fill(file, static asked => asked.CustomId == "a" ? ScriptedAnswer.OfText($"{asked.Prompt} {asked.CustomId}") : null);
        Assert.True(store.Has(file));

        await _service.SendAsync(HttpMethod.Post, "v1/messages/batches", body);
        Assert.False(store.Has(file));
        await _service.SendAsync(HttpMethod.Post, "v1/messages/batches", body);
        _service.Clock.Advance(TimeSpan.FromHours(1));
        (_, string list) = await _service.SendAsync(HttpMethod.Get, "v1/messages/batches");
        string[] ids = [.. JsonDocument.Parse(list).RootElement.GetProperty("data").EnumerateArray().Select(static b => b.GetProperty("id").GetString()!)];

        Assert.Equal(["Hi a", "Hi"], Texts(await _service.ResultsAsync(ids[1])).OrderBy(static t => t.Key).Select(static t => t.Value));
        Assert.Equal(["Hi", "Hi"], Texts(await _service.ResultsAsync(ids[0])).Values);
    }

    [Fact]
    public async Task Answers_of_which_one_fails_are_not_stored()
    {
        string file = Path.Combine(_service.Folder, "body");
        await File.WriteAllTextAsync(file, ServiceFixture.Body("a", "b"));
        AnswerStore store = new(_service.Folder);

        Assert.Throws<InvalidOperationException>(() => store.Fill(file, static asked => asked.CustomId == "a" ? ScriptedAnswer.OfText("x") : throw new InvalidOperationException()));
        Assert.False(store.Has(file));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_service.Folder, "answers")));
    }

    [GeneratedRegex("^toolu_01[0-9A-Za-z]{22}$")]
    private static partial Regex CallId();

    private static long Count(JsonElement usage, string name) => usage.GetProperty(name).GetInt64();

    private static string Params(string more)
        => $$"""{"model":"claude-haiku-4-5","max_tokens":500,"messages":[{"role":"user","content":"x"}],{{more}}}""";

    private static string Cached(string model, int length)
        => $$"""{"model":"{{model}}","max_tokens":50,"system":[{"type":"text","text":"{{new string('x', length)}}","cache_control":{"type":"ephemeral","ttl":"1h"} }],"messages":[{"role":"user","content":"Hi"}]}""";

    private static string Many(int count, string parameters)
        => string.Join(',', Enumerable.Range(1, count).Select(i => ServiceFixture.Item($"r{i}", parameters)));

    private static Dictionary<string, string> Texts(Dictionary<string, JsonElement> results) => results.ToDictionary(
        static r => r.Key, static r => r.Value.GetProperty("message").GetProperty("content")[0].GetProperty("text").GetString()!);

    private async Task<Dictionary<string, JsonElement>> RunAsync(string items, int minutes = 60)
    {
        (_, string batch) = await _service.SendAsync(HttpMethod.Post, "v1/messages/batches", $"{{\"requests\":[{items}]}}");
        _service.Clock.Advance(TimeSpan.FromMinutes(minutes));
        return await _service.ResultsAsync(JsonDocument.Parse(batch).RootElement.GetProperty("id").GetString()!);
    }
}
