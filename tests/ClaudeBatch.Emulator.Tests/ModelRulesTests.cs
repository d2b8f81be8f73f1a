using System.Net;
using System.Text.Json;

namespace ClaudeBatch.Emulator.Tests;

/// <summary>
/// A request with a field or value that its model refuses gets an errored result. A call that counts tokens refuses at once what cannot be
/// counted.
/// </summary>
public sealed class ModelRulesTests : IDisposable
{
    private readonly ServiceFixture _service = new();

    public void Dispose() => _service.Dispose();

    [Theory]
    [InlineData(
        "claude-opus-5-5",
        "\"thinking\":{\"type\":\"disabled\"}",
        "\"thinking.type.disabled\" is not supported for this model. Use \"thinking.type.adaptive\" and \"output_config.effort\" to control thinking behavior.")]
    [InlineData(
        "claude-sonnet-5",
        "\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":2000}",
        "\"thinking.type.enabled\" is not supported for this model. Use \"thinking.type.adaptive\" and \"output_config.effort\" to control thinking behavior.")]
    [InlineData("claude-sonnet-5-5", "\"tool_choice\":{\"type\":\"any\"}", "tool_choice: forced tool use is not supported for this model.")]
    [InlineData("claude-fable-5-2", "\"tools\":[{\"type\":\"computer_20251124\"}]", "tools: 'computer_20251124' is not supported for this model.")]
    [InlineData("claude-haiku-4-5", "\"billing_policy\":{\"bill_to\":\"user_profile\"}", "billing_policy.bill_to: only \"self\" is supported in the Message Batches API")]
    [InlineData("claude-haiku-4-5", "\"speed\":\"fast\"", "\"speed\" is not supported in the Message Batches API")]
    public async Task A_refused_field_is_an_errored_item(string model, string fields, string message)
    {
        string parameters = $$"""{"model":"{{model}}","max_tokens":5000,{{fields}},"messages":[{"role":"user","content":"Hi"}]}""";
        (HttpResponseMessage created, string body) = await _service.SendAsync(HttpMethod.Post, "v1/messages/batches", $"{{\"requests\":[{ServiceFixture.Item("a", parameters)}]}}");
        _service.Clock.Advance(TimeSpan.FromHours(1));
        Dictionary<string, JsonElement> results = await _service.ResultsAsync(JsonDocument.Parse(body).RootElement.GetProperty("id").GetString()!);

        Assert.Equal(HttpStatusCode.OK, created.StatusCode);
        JsonElement error = results["a"].GetProperty("error").GetProperty("error");
        Assert.Equal(("invalid_request_error", message), (error.GetProperty("type").GetString(), error.GetProperty("message").GetString()));
    }

    [Theory]
    [InlineData("""{"tools":[{"type":"web_search_20260209","name":"web_search"}]}""", "tools: 'web_search_20260209' is not supported for token counting.")]
    [InlineData("""{"tools":[{"type":"mcp_toolset","mcp_server_name":"x"}]}""", "tools: 'mcp_toolset' is not supported for token counting.")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"image","source":{"type":"url","url":"https://example.com/a.png"}}]}]}""", "messages: url and file sources are not supported for token counting.")]
    [InlineData("""{"mcp_servers":[]}""", "mcp_servers: Extra inputs are not permitted")]
    public async Task What_cannot_be_counted_is_refused(string body, string message)
    {
        (HttpResponseMessage response, string answer) = await _service.SendAsync(HttpMethod.Post, "v1/messages/count_tokens", body);

        Assert.Equal((HttpStatusCode.BadRequest, message), (response.StatusCode, LifeCycleTests.Message(answer)));
    }

    [Fact]
    public async Task An_advisor_is_counted()
    {
        (HttpResponseMessage response, _) = await _service.SendAsync(
            HttpMethod.Post, "v1/messages/count_tokens", """{"tools":[{"type":"advisor_20260301","name":"advisor"}],"messages":[]}""");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_refusal_of_the_plan_has_the_code_it_names()
    {
        _service.Plan.Faults = [new EmulatorFault(FaultKind.Refuse) { Status = 400, Code = "workspace_human_review_disabled" }];

        (HttpResponseMessage response, string answer) = await _service.SendAsync(HttpMethod.Post, "v1/messages/batches", ServiceFixture.Body("a"));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(
            "workspace_human_review_disabled", JsonDocument.Parse(answer).RootElement.GetProperty("error").GetProperty("details").GetProperty("error_code").GetString());
    }
}
