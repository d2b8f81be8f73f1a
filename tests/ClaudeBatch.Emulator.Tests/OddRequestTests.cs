using System.Net;
using System.Text.Json;

namespace ClaudeBatch.Emulator.Tests;

/// <summary>Whatever a request holds, its batch ends, the other requests of it are answered, and so are all later calls.</summary>
public sealed class OddRequestTests : IDisposable
{
    private const string Start = "\"model\":\"claude-haiku-4-5\",\"max_tokens\":50";

    private readonly ServiceFixture _service = new();

    public void Dispose() => _service.Dispose();

    [Theory]
    [InlineData("""[{"role":"user","content":7}]""", "messages.0.content: Input should be a valid list")]
    [InlineData("""[{"role":"user","content":{"a":1}}]""", "messages.0.content: Input should be a valid list")]
    [InlineData("""[{"role":"user","content":true}]""", "messages.0.content: Input should be a valid list")]
    [InlineData("""[{"role":"user","content":null}]""", "messages.0: user messages must have non-empty content")]
    [InlineData("""[{"role":"user","content":[]}]""", "messages.0: user messages must have non-empty content")]
    [InlineData("""[{"role":"user","content":""}]""", "messages.0: user messages must have non-empty content")]
    [InlineData("""[{"role":"user","content":" \n\t\u2003"}]""", "messages: text content blocks must contain non-whitespace text")]
    [InlineData("""[{"role":"user","content":[{"type":"text","text":" "}]}]""", "messages: text content blocks must contain non-whitespace text")]
    [InlineData("""[{"role":"user","content":[{"type":"text","text":""}]}]""", "messages: text content blocks must be non-empty")]
    [InlineData("""[{"role":"user","content":[{"type":"text","text":7}]}]""", "messages.0.content.0.text.text: Input should be a valid string")]
    [InlineData("""[{"role":"user","content":[{"type":"text"}]}]""", "messages.0.content.0.text.text: Field required")]
    [InlineData("""[{"role":"user","content":["a"]}]""", "messages.0.content.0: Input should be a valid dictionary or object to extract fields from")]
    [InlineData("""[{"role":"user","content":"a"},{"role":"assistant","content":7},{"role":"user","content":"a"}]""", "messages.1.content: Input should be a valid list")]
    [InlineData("""[{"role":7,"content":"a"}]""", "messages.0.role: Input should be 'user' or 'assistant'")]
    [InlineData("""[7]""", "messages.0.role: Input should be 'user' or 'assistant'")]
    public Task Content_that_is_none_is_an_errored_result(string messages, string message)
        => AssertErroredAsync($$"""{{{Start}},"messages":{{messages}}}""", "invalid_request_error", message);

    [Theory]
    [InlineData("\"system\":[{\"type\":\"text\",\"text\":\" \"}]", "system: text content blocks must contain non-whitespace text")]
    [InlineData("\"thinking\":{\"type\":\"deep\"}", "thinking: Input tag 'deep' found using 'type' does not match any of the expected tags: 'adaptive', 'between_tools', 'disabled', 'enabled'")]
    [InlineData("\"thinking\":{}", "thinking: Unable to extract tag using discriminator 'type'")]
    [InlineData("\"thinking\":{\"type\":7}", "thinking: Unable to extract tag using discriminator 'type'")]
    [InlineData("\"thinking\":\"adaptive\"", "thinking: Input should be a valid dictionary or object to extract fields from")]
    [InlineData("\"thinking\":{\"type\":\"adaptive\"}", "adaptive thinking is not supported on this model")]
    [InlineData("\"output_config\":{\"effort\":\"low\"}", "This model does not support the effort parameter.")]
    [InlineData("\"output_config\":{\"effort\":\"much\"}", "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'")]
    [InlineData("\"output_config\":{\"effort\":7}", "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'")]
    [InlineData("\"output_config\":7", "output_config: Input should be a valid dictionary or object to extract fields from")]
    [InlineData("\"output_config\":{\"format\":7}", "output_config.format: Input should be a valid dictionary or object to extract fields from")]
    [InlineData("\"billing_policy\":{\"bill_to\":7}", "billing_policy.bill_to: only \"self\" is supported in the Message Batches API")]
    public Task A_field_of_the_wrong_kind_is_an_errored_result(string field, string message)
        => AssertErroredAsync($$"""{{{Start}},{{field}},"messages":[{"role":"user","content":"a"}]}""", "invalid_request_error", message);

    [Theory]
    [InlineData("7")]
    [InlineData("true")]
    [InlineData("""{"type":7}""")]
    [InlineData("""{"type":[]}""")]
    [InlineData("""{"enum":[]}""")]
    [InlineData("""{"properties":7,"type":"object"}""")]
    [InlineData("""{"$ref":"#/$defs/none"}""")]
    [InlineData("""{"$ref":7}""")]
    public async Task A_schema_that_is_none_fails_its_own_request_alone(string schema)
    {
        _service.Plan.Answers = "schema";
        Dictionary<string, JsonElement> results = await RunAsync(With(schema));

        JsonElement error = results["odd"].GetProperty("error").GetProperty("error");
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        Assert.StartsWith("output_config.format.schema", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("succeeded", results["good"].GetProperty("type").GetString());
    }

    [Theory]
    [InlineData("""{"anyOf":[{"$ref":"#"}]}""", ".anyOf.0.anyOf.0.$ref: Recursive schemas are not supported")]
    [InlineData("""{"$ref":"#"}""", ".$ref: Recursive schemas are not supported")]
    [InlineData("""{"$ref":"#/$defs/a","$defs":{"a":{"type":"array","items":{"$ref":"#/$defs/a"}}}}""", ".items.$ref: Recursive schemas are not supported")]
    [InlineData("""{"label":"string"}""", ": Schema must have a 'type', 'anyOf', 'enum' or '$ref'")]
    [InlineData("""{"type":"array","items":{"type":"integer","minimum":1}}""", ".items: property 'minimum' is not supported")]
    [InlineData("""{"type":["object","null"]}""", ": For 'object' type, 'additionalProperties' must be explicitly set to false")]
    [InlineData("""{"type":"array","minItems":2}""", ": For 'array' type, 'minItems' values other than 0 or 1 are not supported")]
    [InlineData("""{"type":["string","null"],"enum":["a"]}""", ": Enum values do not fit the list of types")]
    public Task A_schema_that_is_not_supported_is_an_errored_result(string schema, string message)
        => AssertErroredAsync(With(schema), "invalid_request_error", $"output_config.format.schema{message}");

    [Theory]
    [InlineData("""[{"name":"t","input_schema":{"type":"object"},"parameters":{}}]""", "auto", "tools.0.custom.parameters: Extra inputs are not permitted")]
    [InlineData("""[{"type":"function","function":{}}]""", "auto", "tools.0: Input tag 'function' found using 'type' does not match any of the expected tags")]
    [InlineData("""[{"name":"t"}]""", "auto", "tools.0.custom.input_schema: Field required")]
    [InlineData("""[{"name":"t","input_schema":{"type":"object"}}]""", "u", "Tool 'u' not found in provided tools")]
    public Task Tools_that_are_none_are_an_errored_result(string tools, string choice, string message)
        => AssertErroredAsync(
            $$"""{{{Start}},"tools":{{tools}},"tool_choice":{{(choice == "auto" ? """{"type":"auto"}""" : $$"""{"type":"tool","name":"{{choice}}"}""")}},"messages":[{"role":"user","content":"a"}]}""",
            "invalid_request_error",
            message);

    [Theory]
    [InlineData("""\ud800""")]
    [InlineData("""a\uDC00""")]
    [InlineData("""\ud83dx""")]
    [InlineData("""\ud83d\ud83d\ude00""")]
    public async Task Half_of_a_surrogate_pair_makes_no_batch(string text)
    {
        string parameters = $$"""{{{Start}},"messages":[{"role":"user","content":"{{text}}"}]}""";
        (HttpResponseMessage created, string body) = await _service.SendAsync(HttpMethod.Post, "v1/messages/batches", Body(parameters));
        (HttpResponseMessage answered, _) = await _service.SendAsync(HttpMethod.Post, "v1/messages", parameters);
        (HttpResponseMessage counted, _) = await _service.SendAsync(HttpMethod.Post, "v1/messages/count_tokens", parameters);

        Assert.Equal([HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, HttpStatusCode.BadRequest], [created.StatusCode, answered.StatusCode, counted.StatusCode]);
        Assert.StartsWith("The request body is not valid JSON: no low surrogate in string", LifeCycleTests.Message(body), StringComparison.Ordinal);
        await AssertLaterCallsAreAnsweredAsync();
    }

    [Theory]
    [InlineData("""\ud83d\ude00""")]
    [InlineData("""\\ud800""")]
    [InlineData("""\u00e9\n""")]
    public async Task Whole_pairs_and_what_only_looks_like_half_of_one_are_taken(string text)
    {
        Dictionary<string, JsonElement> results = await RunAsync($$"""{{{Start}},"messages":[{"role":"user","content":"{{text}}"}]}""");

        Assert.Equal("succeeded", results["odd"].GetProperty("type").GetString());
    }

    [Fact]
    public async Task An_answer_is_cut_between_whole_characters()
    {
        Dictionary<string, JsonElement> results = await RunAsync(
            """{"model":"claude-haiku-4-5","max_tokens":1,"messages":[{"role":"user","content":"abc😀😀"}]}""");

        Assert.Equal("abc", results["odd"].GetProperty("message").GetProperty("content")[0].GetProperty("text").GetString());
    }

    private static string With(string schema)
        => $$$"""{{{{Start}}},"output_config":{"format":{"type":"json_schema","schema":{{{schema}}}} },"messages":[{"role":"user","content":"a"}]}""";

    private static string Body(string parameters)
        => $"{{\"requests\":[{ServiceFixture.Item("odd", parameters)},{ServiceFixture.Item("good")}]}}";

    private async Task AssertErroredAsync(string parameters, string type, string message)
    {
        JsonElement error = (await RunAsync(parameters))["odd"].GetProperty("error").GetProperty("error");

        Assert.Equal((type, message), (error.GetProperty("type").GetString(), error.GetProperty("message").GetString()));
    }

    private async Task<Dictionary<string, JsonElement>> RunAsync(string parameters)
    {
        (HttpResponseMessage created, string body) = await _service.SendAsync(HttpMethod.Post, "v1/messages/batches", Body(parameters));
        Assert.True(created.IsSuccessStatusCode, body);
        _service.Clock.Advance(TimeSpan.FromHours(1));
        string id = JsonDocument.Parse(body).RootElement.GetProperty("id").GetString()!;
        (_, string batch) = await _service.SendAsync(HttpMethod.Get, $"v1/messages/batches/{id}");
        Dictionary<string, JsonElement> results = await _service.ResultsAsync(id);

        Assert.Equal("succeeded", results["good"].GetProperty("type").GetString());
        JsonElement counts = JsonDocument.Parse(batch).RootElement.GetProperty("request_counts");
        Assert.Equal(2, counts.GetProperty("succeeded").GetInt32() + counts.GetProperty("errored").GetInt32());
        await AssertLaterCallsAreAnsweredAsync();
        return results;
    }

    private async Task AssertLaterCallsAreAnsweredAsync()
    {
        (HttpResponseMessage list, _) = await _service.SendAsync(HttpMethod.Get, "v1/messages/batches");
        string later = await _service.CreateAsync("later");
        _service.Clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal(HttpStatusCode.OK, list.StatusCode);
        Assert.Equal("succeeded", (await _service.ResultsAsync(later))["later"].GetProperty("type").GetString());
    }
}
