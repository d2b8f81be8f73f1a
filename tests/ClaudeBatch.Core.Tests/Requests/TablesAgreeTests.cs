using System.Text;
using System.Text.Json;
using ClaudeBatch.Core.Models;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Requests;

/// <summary>
/// The emulator has a table of models of its own. It refuses a request exactly where the checks of this module refuse it.
/// </summary>
public sealed class TablesAgreeTests : IDisposable
{
    private static readonly DateOnly s_today = new(2026, 11, 27);

    private readonly string _folder = Directory.CreateTempSubdirectory("claudebatch-tables-").FullName;

    private readonly ImpatientClock _clock = new();

    private readonly HttpClient _http;

    public TablesAgreeTests() => _http = new HttpClient(new EmulatorHandler(_folder, new EmulatorPlan(), _clock)) { BaseAddress = EmulatorHandler.BaseAddress };

    public void Dispose()
    {
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("")]
    [InlineData(""" "thinking":{"type":"enabled","budget_tokens":2000}, """)]
    [InlineData(""" "thinking":{"type":"enabled","budget_tokens":9000}, """)]
    [InlineData(""" "thinking":{"type":"disabled"}, """)]
    [InlineData(""" "thinking":{"type":"disabled"},"output_config":{"effort":"max"}, """)]
    [InlineData(""" "thinking":{"type":"adaptive"}, """)]
    [InlineData(""" "thinking":{"type":"between_tools"}, """)]
    [InlineData(""" "tool_choice":{"type":"any"}, """)]
    [InlineData(""" "tool_choice":{"type":"auto"}, """)]
    [InlineData(""" "tools":[{"name":"computer","type":"computer_20251124"}], """)]
    [InlineData(""" "tools":[{"name":"advisor","type":"advisor_20260301","model":"claude-opus-5"}], """)]
    [InlineData(""" "inference_geo":"us", """)]
    [InlineData(""" "billing_policy":{"bill_to":"user_profile"}, """)]
    [InlineData(""" "billing_policy":{"bill_to":"self"}, """)]
    [InlineData(""" "speed":"fast", """)]
    [InlineData(""" "stream":true, """)]
    [InlineData(""" "fallbacks":[], """)]
    [InlineData(""" "store":true, """)]
    [InlineData(""" "temperature":0, """, "2023-06-01")]
    [InlineData(""" "top_k":5, """, "2023-06-01")]
    [InlineData(""" "temperature":1, """, "2023-06-01")]
    [InlineData(""" "temperature":1, """)]
    [InlineData("", "2026-10-21", ""","messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"{"}]""")]
    [InlineData(""" "thinking":{"type":"deep"}, """)]
    [InlineData(""" "thinking":{}, """)]
    [InlineData(""" "thinking":"adaptive", """)]
    [InlineData(""" "thinking":null, """)]
    [InlineData(""" "output_config":{"effort":"low"}, """)]
    [InlineData(""" "output_config":{"effort":"much"}, """)]
    [InlineData(""" "output_config":{"effort":7}, """)]
    [InlineData(""" "output_config":{"effort":null}, """)]
    [InlineData(""" "output_config":7, """)]
    [InlineData(""" "output_config":{"format":7}, """)]
    [InlineData(""" "system":["a","b"], """)]
    [InlineData(""" "system":{"type":"text","text":"a"}, """)]
    [InlineData(""" "system":[{"type":"image"}], """)]
    [InlineData(""" "stop_sequences":"END", """)]
    [InlineData(""" "metadata":{"user_id":7}, """)]
    [InlineData(""" "service_tier":"batch", """)]
    [InlineData(""" "thinking":{"type":"disabled","budget_tokens":2000}, """)]
    [InlineData(""" "tools":[{"name":"t","input_schema":{"type":"object"}}],"tool_choice":{"type":"tool","name":"t"}, """)]
    [InlineData(""" "tools":[{"name":"t","input_schema":{"type":"object"}}],"tool_choice":{"type":"tool","name":"u"}, """)]
    [InlineData(""" "tools":[{"type":"function","function":{"name":"t"}}], """)]
    [InlineData(""" "tools":[{"name":"t","parameters":{"type":"object"}}], """)]
    [InlineData(""" "tools":[{"name":"t"}], """)]
    [InlineData(""" "tools":[{"name":"t","strict":true,"input_schema":{"type":"object"}}], """)]
    [InlineData(""" "output_config":{"format":{"type":"json_schema"}}, """)]
    [InlineData(""" "output_config":{"format":{"type":"json_schema","schema":{"label":"string"}}}, """)]
    [InlineData(""" "output_config":{"format":{"type":"json_schema","schema":{"type":"string"}}}, """)]
    [InlineData(""" "output_config":{"format":{"type":"json_schema","schema":{"type":"integer","minimum":1}}}, """)]
    [InlineData(""" "output_config":{"format":{"type":"json_schema","schema":{"type":["object","null"]}}}, """)]
    [InlineData(""" "output_config":{"format":{"type":"json_schema","schema":{"type":["string","null"],"enum":["a"]}}}, """)]
    [InlineData(""" "output_config":{"format":{"type":"json_schema","schema":{"anyOf":[{"$ref":"#"},{"type":"null"}]}}}, """)]
    [InlineData("", "2026-10-21", ""","messages":[{"role":"user","content":"a","name":"b"}]""")]
    [InlineData("", "2026-10-21", ""","messages":[{"role":"user","content":[{"type":"image_url"}]}]""")]
    [InlineData("", "2026-10-21", ""","messages":[{"role":"user","content":[{"text":"a"}]}]""")]
    [InlineData(""" "system":[{"type":"text","text":" "}], """)]
    [InlineData(""" "system":[{"type":"text","text":"a"}], """)]
    [InlineData("", "2026-10-21", ""","messages":[{"role":"user","content":7}]""")]
    [InlineData("", "2026-10-21", ""","messages":[{"role":"user","content":{"a":1}}]""")]
    [InlineData("", "2026-10-21", ""","messages":[{"role":"user","content":null}]""")]
    [InlineData("", "2026-10-21", ""","messages":[{"role":"user","content":[]}]""")]
    [InlineData("", "2026-10-21", ""","messages":[{"role":"user","content":" \n\u2003"}]""")]
    [InlineData("", "2026-10-21", ""","messages":[{"role":"user","content":[{"type":"text","text":" "}]}]""")]
    [InlineData("", "2026-10-21", ""","messages":[{"role":"user","content":[{"type":"text"}]}]""")]
    [InlineData("", "2026-10-21", ""","messages":[{"role":"user","content":["a"]}]""")]
    [InlineData("", "2026-10-21", ""","messages":[{"role":"user","content":[{"type":"text","text":"a"}]}]""")]
    [InlineData("", "2026-10-21", ""","messages":[{"role":"user","content":"\n\u2003a"}]""")]
    [InlineData("", "2026-10-21", ""","messages":[{"role":"user","content":"Hi"}]""", 64_001)]
    [InlineData("", "2026-10-21", ""","messages":[{"role":"user","content":"Hi"}]""", 128_001)]
    public async Task Both_refuse_the_same(
        string fields, string version = "2026-10-21", string messages = ""","messages":[{"role":"user","content":"Hi"}]""", int maxTokens = 5000)
    {
        string[] models = [.. ModelCatalog.Shipped.Models.Where(static m => !m.IsRetired(s_today) && m.MaxOutput is not null).Select(static m => m.Id)];
        RequestChecker checker = new(ModelCatalog.Shipped, s_today, version, []);
        string[] items = [.. models.Select(m => $$$"""{"custom_id":"{{{m}}}","params":{{{{fields}}}"model":"{{{m}}}","max_tokens":{{{maxTokens}}}{{{messages}}}}}""")];

        string[] here = [.. items.Where(i => checker.Check(Encoding.UTF8.GetBytes(i)).Faults.Any(static f => f.IsError)).Select(static i => IdOf(i))];
        string[] there = await ErroredAsync($$"""{"requests":[{{string.Join(',', items)}}]}""", version);

        Assert.Equal(here.Order(), there.Order());
    }

    [Fact]
    public async Task Both_know_the_same_models_with_the_same_limits()
    {
        using JsonDocument page = JsonDocument.Parse(await SendAsync(HttpMethod.Get, "v1/models?limit=1000", null, "2026-10-21"));
        IEnumerable<(string?, string?, int?, int?)> there = page.RootElement.GetProperty("data").EnumerateArray().Select(static m => (
            m.GetProperty("id").GetString(), m.GetProperty("lifecycle").GetString(), (int?)m.GetProperty("max_input_tokens").GetInt32(), (int?)m.GetProperty("max_tokens").GetInt32()));
        IEnumerable<(string?, string?, int?, int?)> here = ModelCatalog.Shipped.Models.Where(static m => !m.IsRetired(s_today))
            .Select(static m => ((string?)m.Id, m.Lifecycle, m.Context, (int?)(m.MaxOutput ?? 128_000))); // not known of Mythos Preview

        Assert.Equal(here.Order(), there.Order());
    }

    private static string IdOf(string item) => JsonDocument.Parse(item).RootElement.GetProperty("custom_id").GetString()!;

    private async Task<string[]> ErroredAsync(string body, string version)
    {
        using JsonDocument created = JsonDocument.Parse(await SendAsync(HttpMethod.Post, "v1/messages/batches", body, version));
        _clock.Advance(TimeSpan.FromHours(1));
        string results = await SendAsync(HttpMethod.Get, $"v1/messages/batches/{created.RootElement.GetProperty("id").GetString()}/results", null, version);
        return
        [
            .. results.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => JsonDocument.Parse(l).RootElement)
                .Where(static l => l.GetProperty("result").GetProperty("type").GetString() == "errored").Select(static l => l.GetProperty("custom_id").GetString()!),
        ];
    }

    private async Task<string> SendAsync(HttpMethod method, string path, string? body, string version)
    {
        using HttpRequestMessage request = new(method, path);
        request.Headers.Add("x-api-key", "sk-ant-test");
        request.Headers.Add("anthropic-version", version);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await _http.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadAsStringAsync();
    }
}
