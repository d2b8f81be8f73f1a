using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ClaudeBatch.Emulator.Tests;

/// <summary>Conversations of several rounds, one batch a round, each request made of the bytes before it.</summary>
internal sealed class ConversationFixture(EmulatorPlan plan) : IDisposable
{
    public const string Tools = """[{"name":"Get-Order","input_schema":{"type":"object","properties":{"Number":{"type":"integer","minimum":100,"maximum":100},"Region":{"enum":["eu","us"]},"Note":{"type":"string"}},"required":["Number"]}},{"name":"Send-Refund","input_schema":{"type":"object","properties":{"Amount":{"type":"number"}}}}]""";

    public const string Search = """[{"type":"web_search_20250305","name":"web_search"}]""";

    public ServiceFixture Service { get; } = new(plan);

    /// <summary>Gives params of a first round.</summary>
    public static string First(string tools = Tools, string model = "claude-haiku-4-5", string more = "")
        => $$"""{"model":"{{model}}","max_tokens":2000,"system":"Be brief.","tools":{{tools}},{{more}}"messages":[{"role":"user","content":"Where is it?"}]}""";

    /// <summary>Gives the next round's params: the earlier ones, the assistant's content as it is, and what the user says.</summary>
    public static string Next(string parameters, string content, string? user = null)
        => parameters[..^2] + $",{{\"role\":\"assistant\",\"content\":{content}}}"
            + (user is null ? string.Empty : $",{{\"role\":\"user\",\"content\":{user}}}") + "]}";

    /// <summary>Gives one result for each call of a content.</summary>
    public static string Results(string content, string text = "done")
        => $"[{string.Join(',', Ids(content).Select(id => $$"""{"type":"tool_result","tool_use_id":"{{id}}","content":"{{text}}"}"""))}]";

    public static string[] Ids(string content) =>
    [
        .. JsonDocument.Parse(content).RootElement.EnumerateArray().Where(static b => b.GetProperty("type").GetString() == "tool_use")
            .Select(static b => b.GetProperty("id").GetString()!),
    ];

    /// <summary>Gives JSON as a client writes it that has read it.</summary>
    public static string Rewritten(string json) => JsonNode.Parse(json)!.ToJsonString();

    /// <summary>Sends one request in a batch and gives its result.</summary>
    public async Task<JsonElement> RunAsync(string parameters, string? beta = null, string id = "row-1")
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "v1/messages/batches")
        {
            Content = new StringContent($"{{\"requests\":[{ServiceFixture.Item(id, parameters)}]}}", Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
        };
        if (beta is not null)
        {
            request.Headers.Add("anthropic-beta", beta);
        }

        using HttpResponseMessage response = await Service.Http.SendAsync(request);
        using JsonDocument batch = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Service.Clock.Advance(TimeSpan.FromHours(1));
        return (await Service.ResultsAsync(batch.RootElement.GetProperty("id").GetString()!))[id];
    }

    /// <summary>Sends one request and gives its answer.</summary>
    public async Task<JsonElement> AnswerAsync(string parameters, string? beta = null, string id = "row-1")
    {
        JsonElement result = await RunAsync(parameters, beta, id);
        Assert.True(result.GetProperty("type").GetString() == "succeeded", result.GetRawText());
        return result.GetProperty("message");
    }

    /// <summary>Sends one request that fails and gives what the service says.</summary>
    public async Task<string> ErrorAsync(string parameters, string? beta = null)
    {
        JsonElement result = await RunAsync(parameters, beta);
        Assert.True(result.GetProperty("type").GetString() == "errored", result.GetRawText());
        Assert.Equal("invalid_request_error", result.GetProperty("error").GetProperty("error").GetProperty("type").GetString());
        return result.GetProperty("error").GetProperty("error").GetProperty("message").GetString()!;
    }

    public static string Content(JsonElement message) => message.GetProperty("content").GetRawText();

    public static string Stop(JsonElement message) => message.GetProperty("stop_reason").GetString()!;

    public void Dispose() => Service.Dispose();
}
