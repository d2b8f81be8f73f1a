using System.Collections;
using System.Text.Json;
using ClaudeBatch.Emulator;
using ClaudeBatch.Tests;

namespace ClaudeBatch.Emulator.Tests;

public sealed class PlanTests
{
    [Fact]
    public void A_plan_takes_names_in_any_case_and_durations_in_seconds_or_as_time()
    {
        EmulatorPlan plan = EmulatorPlan.FromDictionary(new Hashtable { ["errored"] = "0.25", ["LATENCY"] = 90, ["speed"] = 10 });
        EmulatorPlan other = EmulatorPlan.FromDictionary(new Hashtable { ["Latency"] = "01:00:00", ["QueueLimit"] = 5L });

        Assert.Equal(0.25, plan.Errored);
        Assert.Equal(TimeSpan.FromSeconds(90), plan.Latency);
        Assert.Equal(TimeSpan.FromHours(1), other.Latency);
        Assert.Equal(5, other.QueueLimit);
    }

    [Theory]
    [InlineData("Erorred", 0.1, "has no 'Erorred'")]
    [InlineData("Errored", "much", "'much' does not fit the plan's 'Errored', which takes a number.")]
    [InlineData("Latency", "a day", "which takes seconds, or hours:minutes:seconds.")]
    [InlineData("QueueLimit", "many", "which takes a whole number.")]
    [InlineData("CountsMoveEarly", "perhaps", "which takes true or false.")]
    [InlineData("Faults", "all", "fault")]
    [InlineData("Faults", 5, "fault")]
    [InlineData("Errored", 1.5, "lie between 0 and 1")]
    [InlineData("Speed", 0, "Speed is a number above 0")]
    public void A_bad_plan_is_refused_by_name(string name, object value, string message)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => EmulatorPlan.FromDictionary(new Hashtable { [name] = value }));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"Issuers":[{"Issuer":"https://i.example"}]}""", "'https://i.example' has no Keys")]
    [InlineData("""{"Issuers":[{"Keys":[]}]}""", "lacks its Issuer")]
    [InlineData("""{"Issuers":[{"Issuer":"https://i.example","Keys":"/not/there.json"}]}""", "could not be read from '/not/there.json'")]
    [InlineData("""{"Issuers":[{"Issuer":"https://i.example","Keys":[{"kty":"oct","kid":"1"}]}]}""", "RSA and EC are known")]
    [InlineData("""{"Issuers":[{"Issuer":"https://i.example","Keys":[{"kty":"RSA","kid":"1","n":"AQ"}]}]}""", "has no 'e'")]
    [InlineData("""{"Issuers":[{"Issuer":"https://i.example","Keys":[5]}]}""", "a key that is no table: '5'")]
    [InlineData("""{"Issuers":5}""", "The plan's Federation.Issuers takes a table, or several, not '5'.")]
    [InlineData("""{"Rules":[{"Idd":"fdrl_1"}]}""", "Federation.Rules has no 'Idd'. It has Id, Issuer,")]
    [InlineData("""{"Rules":[{"Id":"rule-1"}]}""", "begins with fdrl_")]
    [InlineData("""{"Rules":[{"Id":"fdrl_1","TokenLifetimeSeconds":"long"}]}""", "'long' does not fit the Federation.Rules's 'TokenLifetimeSeconds', which takes a whole number.")]
    [InlineData("""{"Rules":[{"Id":"fdrl_1","TokenLifetimeSeconds":59}]}""", "lie between 60 and 86400")]
    [InlineData("""{"Rules":[{"Id":"fdrl_1","Issuer":"https://i.example"}]}""", "which is not in Federation.Issuers")]
    public void A_bad_federation_is_refused_by_name(string json, string message)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => EmulatorPlan.FromJson($"{{\"Federation\":{json}}}"));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_federation_is_the_same_from_a_shell_and_from_json()
    {
        using TestIssuer issuer = new();
        Hashtable shell = new()
        {
            ["federation"] = new Hashtable
            {
                ["Issuers"] = new Hashtable { ["Issuer"] = issuer.Issuer, ["Keys"] = issuer.Key, ["CheckJti"] = false, ["MaxLifetime"] = "00:20:00" },
                ["Rules"] = new object[] { new Hashtable { ["Id"] = "fdrl_1", ["Issuer"] = issuer.Issuer, ["WorkspaceIds"] = "wrkspc_1", ["TokenLifetimeSeconds"] = 600 } },
            },
            ["OAuthClients"] = new Hashtable { ["ClientId"] = "c", ["RefreshToken"] = "r" },
            ["ApiKeyWorkspaceIds"] = new object[] { "wrkspc_1", "wrkspc_2" },
        };
        string json = $$"""
            {"Federation":{"Issuers":[{"Issuer":"{{issuer.Issuer}}","Keys":{{issuer.Jwks}},"CheckJti":false,"MaxLifetime":1200}],
            "Rules":[{"Id":"fdrl_1","Issuer":"{{issuer.Issuer}}","WorkspaceIds":["wrkspc_1"],"TokenLifetimeSeconds":600}]},
            "OAuthClients":[{"ClientId":"c","RefreshToken":"r"}],"ApiKeyWorkspaceIds":["wrkspc_1","wrkspc_2"]}
            """;

        Assert.All([EmulatorPlan.FromDictionary(shell), EmulatorPlan.FromJson(json)], plan =>
        {
            EmulatorIssuer only = Assert.Single(plan.Federation!.Issuers);
            EmulatorRule rule = Assert.Single(plan.Federation.Rules);
            Assert.False(only.CheckJti);
            Assert.Equal(TimeSpan.FromMinutes(20), only.MaxLifetime);
            Assert.Equal(issuer.KeyId, Assert.Single(only.KeySet()).Id);
            Assert.Equal("wrkspc_1", Assert.Single(rule.WorkspaceIds));
            Assert.Equal(600, rule.TokenLifetimeSeconds);
            Assert.Equal("c", Assert.Single(plan.OAuthClients).ClientId);
            Assert.Equal(["wrkspc_1", "wrkspc_2"], plan.ApiKeyWorkspaceIds);
        });
    }

    [Fact]
    public async Task Shares_are_kept_repeat_with_the_seed_and_are_drawn_anew_for_a_retry()
    {
        using ServiceFixture service = new(new EmulatorPlan { Errored = 0.2, Invalid = 0.1, Expired = 0.1, Seed = 7 });
        string[] ids = [.. Enumerable.Range(0, 1_000).Select(static i => $"row-{i}")];

        string first = await service.CreateAsync(ids);
        string second = await service.CreateAsync(ids);
        service.Clock.Advance(TimeSpan.FromHours(1));
        Dictionary<string, string> one = Types(await service.ResultsAsync(first));
        Dictionary<string, string> two = Types(await service.ResultsAsync(second));

        Assert.InRange(one.Values.Count(static t => t is "overloaded_error" or "api_error"), 120, 240);
        Assert.InRange(one.Values.Count(static t => t == "invalid_request_error"), 70, 130);
        Assert.InRange(one.Values.Count(static t => t == "expired"), 60, 130);
        Assert.Equal(
            one.Where(static t => t.Value == "invalid_request_error").Select(static t => t.Key).Order(),
            two.Where(static t => t.Value == "invalid_request_error").Select(static t => t.Key).Order());
        Assert.NotEqual(
            one.Where(static t => t.Value == "expired").Select(static t => t.Key).Order(),
            two.Where(static t => t.Value == "expired").Select(static t => t.Key).Order());
    }

    [Fact]
    public async Task Answers_come_from_the_schema_or_from_a_file()
    {
        using ServiceFixture service = new(new EmulatorPlan { Answers = "schema" });
        const string parameters = """
            {"model":"claude-haiku-4-5","max_tokens":500,"messages":[{"role":"user","content":"x"}],"output_config":{"format":{"type":"json_schema",
            "schema":{"type":"object","properties":{"label":{"enum":["billing","bug"]},"score":{"type":"integer"},"day":{"type":["string","null"],"format":"date"},
            "sum":{"type":["number","null"]},"next":{"$ref":"#/$defs/next"}},"required":["label"],"$defs":{"next":{"anyOf":[{"type":"boolean"},{"type":"null"}]}},"additionalProperties":false}}}}
            """;
        await service.SendAsync(HttpMethod.Post, "v1/messages/batches", $"{{\"requests\":[{ServiceFixture.Item("a", parameters)}]}}");
        service.Clock.Advance(TimeSpan.FromHours(1));
        (_, string list) = await service.SendAsync(HttpMethod.Get, "v1/messages/batches");
        string id = JsonDocument.Parse(list).RootElement.GetProperty("first_id").GetString()!;

        Assert.Matches(
            """^\{"label":"(billing|bug)","score":[1-5],"day":("2026-01-\d\d"|null),"sum":(\d\.\d\d|null),"next":(true|false|null)\}$""",
            Text((await service.ResultsAsync(id))["a"]));
    }

    private static string Text(JsonElement result)
        => result.GetProperty("message").GetProperty("content")[0].GetProperty("text").GetString()!;

    private static Dictionary<string, string> Types(Dictionary<string, JsonElement> results) => results.ToDictionary(
        static r => r.Key,
        static r => r.Value.TryGetProperty("error", out JsonElement error)
            ? error.GetProperty("error").GetProperty("type").GetString()!
            : r.Value.GetProperty("type").GetString()!);
}
