using System.Net;
using System.Text.Json;

namespace ClaudeBatch.Emulator.Tests;

public sealed class ValidationTests : IDisposable
{
    private readonly ServiceFixture _service = new();

    public void Dispose() => _service.Dispose();

    [Theory]
    [InlineData("""{"requests":[]}""", "requests: List should have at least 1 item after validation, not 0")]
    [InlineData("""{"requests":[{"params":{}}]}""", "requests.0.custom_id: Field required")]
    [InlineData("""{"requests":[{"custom_id":"a b","params":{}}]}""", "requests.0.custom_id: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'")]
    [InlineData(
        """{"requests":[{"custom_id":"dup","params":{}},{"custom_id":"dup","params":{}}]}""",
        "requests: custom_id's must be unique within a batch. Duplicate custom_id found: dup")]
    public async Task A_bad_envelope_is_refused_in_the_services_words(string body, string message)
    {
        (HttpResponseMessage response, string answer) = await _service.SendAsync(HttpMethod.Post, "v1/messages/batches", body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(message, LifeCycleTests.Message(answer));
    }

    [Fact]
    public async Task An_id_of_65_characters_is_too_long()
    {
        (_, string answer) = await _service.SendAsync(HttpMethod.Post, "v1/messages/batches", ServiceFixture.Body(new string('x', 65)));

        Assert.Equal("requests.0.custom_id: String should have at most 64 characters", LifeCycleTests.Message(answer));
    }

    [Fact]
    public async Task A_body_that_is_cut_short_creates_nothing()
    {
        (HttpResponseMessage response, string answer) = await _service.SendAsync(
            HttpMethod.Post, "v1/messages/batches", ServiceFixture.Body("a")[..^1]);
        (_, string list) = await _service.SendAsync(HttpMethod.Get, "v1/messages/batches");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.StartsWith("The request body is not valid JSON: ", LifeCycleTests.Message(answer), StringComparison.Ordinal);
        Assert.Equal("""{"data":[],"has_more":false,"first_id":null,"last_id":null}""", list);
    }

    [Theory]
    [InlineData("""{"max_tokens":5,"messages":[{"role":"user","content":"x"}]}""", "invalid_request_error", "model: Field required")]
    [InlineData("""{"model":"claude-does-not-exist-9","max_tokens":5,"messages":[]}""", "not_found_error", "model: claude-does-not-exist-9")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":5}""", "invalid_request_error", "messages: Field required")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":0,"messages":[]}""", "invalid_request_error", "max_tokens: must be greater than or equal to 1")]
    [InlineData(
        """{"model":"claude-haiku-4-5","max_tokens":9999999,"messages":[]}""",
        "invalid_request_error",
        "max_tokens: 9999999 > 64000, which is the maximum allowed number of output tokens for claude-haiku-4-5-20251001")]
    [InlineData(
        """{"model":"claude-haiku-4-5","max_tokens":5,"stream":true,"messages":[]}""",
        "invalid_request_error",
        "\"stream=True\" is not supported in the Message Batches API")]
    [InlineData(
        """{"model":"claude-haiku-4-5","max_tokens":5,"temperature":1,"messages":[]}""",
        "invalid_request_error",
        "temperature: Extra inputs are not permitted")]
    [InlineData(
        """{"model":"claude-opus-5","max_tokens":5,"messages":[{"role":"assistant","content":"x"}]}""",
        "invalid_request_error",
        "This model does not support assistant message prefill. The conversation must end with a user message.")]
    public async Task Bad_params_are_accepted_and_become_an_errored_result_nested_twice(string parameters, string type, string message)
    {
        (HttpResponseMessage created, string body) = await _service.SendAsync(
            HttpMethod.Post, "v1/messages/batches", $"{{\"requests\":[{ServiceFixture.Item("a", parameters)}]}}");
        _service.Clock.Advance(TimeSpan.FromHours(1));
        Dictionary<string, JsonElement> results = await _service.ResultsAsync(JsonDocument.Parse(body).RootElement.GetProperty("id").GetString()!);

        Assert.Equal(HttpStatusCode.OK, created.StatusCode);
        Assert.Equal(message, results["a"].GetProperty("error").GetProperty("error").GetProperty("message").GetString());
        Assert.Equal(type, results["a"].GetProperty("error").GetProperty("error").GetProperty("type").GetString());
        Assert.Equal("error", results["a"].GetProperty("error").GetProperty("type").GetString());
        Assert.Equal(JsonValueKind.Null, results["a"].GetProperty("error").GetProperty("request_id").ValueKind);
    }

    [Theory]
    [InlineData(null, "2026-10-21", 401, "x-api-key header is required")]
    [InlineData("sk-ant-invalid-1", "2026-10-21", 401, "API key is invalid.")]
    [InlineData("sk-ant-good", null, 400, "anthropic-version: header is required")]
    [InlineData("sk-ant-good", "2020-01-01", 400, "anthropic-version: \"2020-01-01\" is not a valid version")]
    public async Task Key_and_version_are_checked_first(string? key, string? version, int status, string message)
    {
        _service.Http.DefaultRequestHeaders.Clear();
        if (key is not null)
        {
            _service.Http.DefaultRequestHeaders.Add("Authorization", $"Bearer {key}");
        }

        if (version is not null)
        {
            _service.Http.DefaultRequestHeaders.Add("anthropic-version", version);
        }

        (HttpResponseMessage response, string body) = await _service.SendAsync(HttpMethod.Get, "v1/messages/batches");

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(message, LifeCycleTests.Message(body));
    }

    [Fact]
    public async Task A_full_queue_refuses_with_429_and_says_when_to_come_back()
    {
        _service.Plan.QueueLimit = 2;
        await _service.CreateAsync("a", "b");

        (HttpResponseMessage full, _) = await _service.SendAsync(HttpMethod.Post, "v1/messages/batches", ServiceFixture.Body("c"));
        _service.Clock.Advance(TimeSpan.FromSeconds(60));
        (HttpResponseMessage free, _) = await _service.SendAsync(HttpMethod.Post, "v1/messages/batches", ServiceFixture.Body("c"));

        Assert.Equal(429, (int)full.StatusCode);
        Assert.True(full.Headers.Contains("retry-after"));
        Assert.Equal(HttpStatusCode.OK, free.StatusCode);
    }
}
