using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Time.Testing;

namespace ClaudeBatch.Emulator.Tests;

public sealed partial class LifeCycleTests : IDisposable
{
    private readonly ServiceFixture _service = new();

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task A_new_batch_is_written_as_the_live_service_writes_it()
    {
        (HttpResponseMessage response, string body) = await _service.SendAsync(
            HttpMethod.Post, "v1/messages/batches", ServiceFixture.Body("a", "b"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(
            """{"id":"ID","type":"message_batch","processing_status":"in_progress","request_counts":{"processing":2,"succeeded":0,"errored":0,"canceled":0,"expired":0},"ended_at":null,"created_at":"2026-11-21T03:00:00.000000+00:00","expires_at":"2026-11-22T03:00:00.000000+00:00","archived_at":null,"cancel_initiated_at":null,"results_url":null}""",
            BatchId().Replace(body, "ID"));
        Assert.StartsWith("req_", Assert.Single(response.Headers.GetValues("request-id")), StringComparison.Ordinal);
        Assert.StartsWith("wrkspc_", Assert.Single(response.Headers.GetValues("anthropic-workspace-id")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_running_batch_asks_to_be_polled_after_ten_seconds_and_an_ended_one_does_not()
    {
        string id = await _service.CreateAsync("a");

        (HttpResponseMessage running, _) = await _service.SendAsync(HttpMethod.Get, $"v1/messages/batches/{id}");
        _service.Clock.Advance(TimeSpan.FromSeconds(60));
        (HttpResponseMessage ended, string body) = await _service.SendAsync(HttpMethod.Get, $"v1/messages/batches/{id}");

        Assert.Equal("10", Assert.Single(running.Headers.GetValues("retry-after")));
        Assert.False(ended.Headers.Contains("retry-after"));
        Assert.Contains("\"processing_status\":\"ended\"", body, StringComparison.Ordinal);
        Assert.Contains("\"succeeded\":1", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(30)]
    [InlineData(100)]
    public async Task An_ended_batch_has_its_counts_however_fast_time_passes(int secondsBetweenLooks)
    {
        string folder = Directory.CreateTempSubdirectory("claudebatch-ticking-").FullName;
        FakeTimeProvider clock = new() { AutoAdvanceAmount = TimeSpan.FromSeconds(secondsBetweenLooks) };
        EmulatedService service = new(folder, new EmulatorPlan(), clock, EmulatorHandler.BaseAddress);
        string answer = await AskAsync(service, "POST", "/v1/messages/batches", ServiceFixture.Body("a"));
        string id = JsonDocument.Parse(answer).RootElement.GetProperty("id").GetString()!;

        for (int i = 0; i < 80; i++)
        {
            JsonElement batch = JsonDocument.Parse(answer).RootElement;
            int expected = batch.GetProperty("processing_status").GetString() == "ended" ? 1 : 0;
            Assert.Equal(expected, batch.GetProperty("request_counts").GetProperty("succeeded").GetInt32());
            answer = await AskAsync(service, "GET", $"/v1/messages/batches/{id}", string.Empty);
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task<string> AskAsync(EmulatedService service, string method, string path, string body)
    {
        EmulatedReply reply = await service.HandleAsync(
            new EmulatedRequest(
                method,
                path,
                string.Empty,
                static name => name switch { "x-api-key" => "k", "anthropic-version" => "2026-10-21", _ => null },
                async (target, token) => await target.WriteAsync(System.Text.Encoding.UTF8.GetBytes(body), token)),
            CancellationToken.None);
        using StreamReader reader = new(reply.Body);
        return await reader.ReadToEndAsync();
    }

    [Fact]
    public async Task Results_asked_too_early_are_not_found_and_not_to_be_retried()
    {
        string id = await _service.CreateAsync("a");

        (HttpResponseMessage response, string body) = await _service.SendAsync(HttpMethod.Get, $"v1/messages/batches/{id}/results");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("false", Assert.Single(response.Headers.GetValues("x-should-retry")));
        Assert.Equal($"Message Batch {id} has no available results.", Message(body));
    }

    [Fact]
    public async Task An_unknown_batch_is_not_found_in_other_words()
    {
        (HttpResponseMessage response, string body) = await _service.SendAsync(HttpMethod.Get, "v1/messages/batches/msgbatch_x");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("Message Batch msgbatch_x not found.", Message(body));
    }

    [Fact]
    public async Task A_batch_is_collected_through_another_process_than_it_was_made_by()
    {
        string id = await _service.CreateAsync("a", "b");
        _service.Clock.Advance(TimeSpan.FromHours(1));

        using HttpClient other = _service.NewClient();
        string body = await other.GetStringAsync(new Uri($"v1/messages/batches/{id}/results", UriKind.Relative));

        Assert.Equal(2, body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Results_come_in_no_order_and_twice_the_same()
    {
        string[] ids = [.. Enumerable.Range(0, 50).Select(static i => $"row-{i}")];
        string id = await _service.CreateAsync(ids);
        _service.Clock.Advance(TimeSpan.FromHours(1));

        Dictionary<string, JsonElement> results = await _service.ResultsAsync(id);
        (_, string first) = await _service.SendAsync(HttpMethod.Get, $"v1/messages/batches/{id}/results");
        (_, string second) = await _service.SendAsync(HttpMethod.Get, $"v1/messages/batches/{id}/results");

        Assert.NotEqual(ids, results.Keys);
        Assert.Equal(ids.Order(), results.Keys.Order());
        Assert.Equal(first, second);
    }

    [Fact]
    public async Task A_canceled_batch_ends_after_a_while_with_what_was_done_by_then()
    {
        string id = await _service.CreateAsync([.. Enumerable.Range(0, 200).Select(static i => $"r{i}")]);
        _service.Clock.Advance(TimeSpan.FromSeconds(30));

        (_, string canceling) = await _service.SendAsync(HttpMethod.Post, $"v1/messages/batches/{id}/cancel");
        _service.Clock.Advance(TimeSpan.FromSeconds(25));
        Dictionary<string, JsonElement> results = await _service.ResultsAsync(id);

        Assert.Contains("\"processing_status\":\"canceling\"", canceling, StringComparison.Ordinal);
        Assert.Contains("\"processing\":200", canceling, StringComparison.Ordinal);
        Assert.InRange(results.Values.Count(static r => r.GetProperty("type").GetString() == "canceled"), 60, 140);
        Assert.Equal("""{"type":"canceled"}""", results.Values.First(static r => r.GetProperty("type").GetString() == "canceled").GetRawText());
    }

    [Fact]
    public async Task A_batch_that_needs_longer_than_a_day_ends_then_and_the_rest_expires()
    {
        _service.Plan.Latency = TimeSpan.FromHours(48);
        string id = await _service.CreateAsync([.. Enumerable.Range(0, 200).Select(static i => $"r{i}")]);

        _service.Clock.Advance(TimeSpan.FromHours(24));
        Dictionary<string, JsonElement> results = await _service.ResultsAsync(id);

        Assert.InRange(results.Values.Count(static r => r.GetProperty("type").GetString() == "expired"), 60, 140);
    }

    [Fact]
    public async Task Only_an_ended_batch_is_deleted()
    {
        string id = await _service.CreateAsync("a");

        (HttpResponseMessage early, string words) = await _service.SendAsync(HttpMethod.Delete, $"v1/messages/batches/{id}");
        _service.Clock.Advance(TimeSpan.FromHours(1));
        (_, string deleted) = await _service.SendAsync(HttpMethod.Delete, $"v1/messages/batches/{id}");
        (HttpResponseMessage after, _) = await _service.SendAsync(HttpMethod.Get, $"v1/messages/batches/{id}");

        Assert.Equal(HttpStatusCode.BadRequest, early.StatusCode);
        Assert.Equal("In progress batches cannot be deleted. Consider canceling the batch instead.", Message(words));
        Assert.Equal($"{{\"id\":\"{id}\",\"type\":\"message_batch_deleted\"}}", deleted);
        Assert.Equal(HttpStatusCode.NotFound, after.StatusCode);
    }

    [Fact]
    public async Task The_list_pages_newest_first()
    {
        List<string> made = [];
        for (int i = 0; i < 5; i++)
        {
            made.Insert(0, await _service.CreateAsync("a"));
            _service.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        (_, string first) = await _service.SendAsync(HttpMethod.Get, "v1/messages/batches?limit=2");
        (_, string second) = await _service.SendAsync(HttpMethod.Get, $"v1/messages/batches?limit=2&after_id={made[1]}");
        (_, string back) = await _service.SendAsync(HttpMethod.Get, $"v1/messages/batches?limit=2&before_id={made[2]}");
        (_, string last) = await _service.SendAsync(HttpMethod.Get, $"v1/messages/batches?limit=2&after_id={made[3]}");

        Assert.Equal(made[..2], Ids(first));
        Assert.Equal(made[2..4], Ids(second));
        Assert.Equal(made[..2], Ids(back));
        Assert.Equal(made[4..], Ids(last));
        Assert.Contains("\"has_more\":true", second, StringComparison.Ordinal);
        Assert.Contains("\"has_more\":false", last, StringComparison.Ordinal);
    }

    internal static string Message(string body)
        => JsonDocument.Parse(body).RootElement.GetProperty("error").GetProperty("message").GetString()!;

    private static IEnumerable<string> Ids(string page)
        => JsonDocument.Parse(page).RootElement.GetProperty("data").EnumerateArray().Select(static b => b.GetProperty("id").GetString()!);

    [GeneratedRegex("msgbatch_01[0-9A-Za-z]{22}")]
    private static partial Regex BatchId();
}
