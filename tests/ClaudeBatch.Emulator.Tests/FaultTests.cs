using System.Collections;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ClaudeBatch.Emulator.Server;

namespace ClaudeBatch.Emulator.Tests;

/// <summary>The faults of a plan happen as often as planned, and leave the service in the state that they describe.</summary>
public sealed class FaultTests : IDisposable
{
    private readonly ServiceFixture _service = new();

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task A_lost_reply_leaves_a_batch()
    {
        Plan("LostReply");

        await Assert.ThrowsAsync<HttpRequestException>(() => _service.CreateAsync("a"));
        Assert.Equal(1, await CountAsync());
        await _service.CreateAsync("b");
    }

    [Fact]
    public async Task A_cut_reply_leaves_a_batch()
    {
        Plan("ReplyCut");

        await Assert.ThrowsAnyAsync<Exception>(() => _service.CreateAsync("a"));
        Assert.Equal(1, await CountAsync());
    }

    [Fact]
    public async Task A_cut_body_leaves_none()
    {
        Plan("BodyCut");

        await Assert.ThrowsAsync<HttpRequestException>(() => _service.CreateAsync("a"));
        Assert.Equal(0, await CountAsync());
    }

    [Theory]
    [InlineData(529, true, false, 0)]
    [InlineData(529, true, true, 1)]
    [InlineData(500, false, true, 1)]
    [InlineData(429, false, false, 0)]
    public async Task A_refusal_says_what_it_says_whether_or_not_a_batch_was_made(int status, bool errorBody, bool accept, int made)
    {
        Plan(new Hashtable { ["Kind"] = "Refuse", ["Status"] = status, ["ErrorBody"] = errorBody, ["Accept"] = accept, ["RetryAfter"] = 1.5 });

        (HttpResponseMessage response, string body) = await _service.SendAsync(HttpMethod.Post, "v1/messages/batches", ServiceFixture.Body("a"));

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("1.5", response.Headers.GetValues("retry-after").Single());
        Assert.Equal(errorBody, body.StartsWith("""{"type":"error","error":{"type":""", StringComparison.Ordinal));
        Assert.Equal(made, await CountAsync());
    }

    [Fact]
    public async Task A_foreign_batch_has_as_many_requests_and_other_ids()
    {
        Plan("ForeignBatch");

        string ours = await _service.CreateAsync("a", "b");
        _service.Clock.Advance(TimeSpan.FromHours(1));

        JsonElement[] all = await ListAsync();
        Assert.Equal(2, all.Length);
        JsonElement theirs = all.Single(b => b.GetProperty("id").GetString() != ours);
        Assert.Equal(2, theirs.GetProperty("request_counts").GetProperty("succeeded").GetInt32());
        Assert.DoesNotContain("a", (await _service.ResultsAsync(theirs.GetProperty("id").GetString()!)).Keys);
    }

    [Fact]
    public async Task An_outage_begins_with_a_call_and_ends_with_its_time()
    {
        await _service.CreateAsync("a");
        Plan(new Hashtable { ["Kind"] = "Outage", ["Duration"] = 60 });

        await Assert.ThrowsAsync<HttpRequestException>(() => CountAsync());
        _service.Clock.Advance(TimeSpan.FromSeconds(59));
        await Assert.ThrowsAsync<HttpRequestException>(() => CountAsync());
        _service.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1, await CountAsync());
    }

    [Fact]
    public async Task Faults_skip_and_repeat_as_they_are_told_also_in_another_process()
    {
        string id = await _service.CreateAsync("a");
        Plan(new Hashtable { ["Kind"] = "NotFound", ["Skip"] = 1, ["Times"] = 2 });

        List<HttpStatusCode> seen = [];
        for (int i = 0; i < 4; i++)
        {
            using HttpClient another = _service.NewClient();
            seen.Add((await another.GetAsync(new Uri($"v1/messages/batches/{id}", UriKind.Relative))).StatusCode);
        }

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.OK], seen);
    }

    [Fact]
    public async Task A_list_lags_behind_and_a_retrieve_does_not()
    {
        Plan(new Hashtable { ["Kind"] = "ListLag", ["Duration"] = 30, ["Times"] = -1 });
        string id = await _service.CreateAsync("a");

        Assert.Equal(0, await CountAsync());
        Assert.Equal(HttpStatusCode.OK, (await _service.SendAsync(HttpMethod.Get, $"v1/messages/batches/{id}")).Response.StatusCode);
        _service.Clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(1, await CountAsync());
    }

    [Fact]
    public async Task A_key_of_another_workspace_sees_nothing()
    {
        string id = await _service.CreateAsync("a");
        _service.Plan.WorkspaceId = "wrkspc_other";

        Assert.Equal(0, await CountAsync());
        Assert.Equal(HttpStatusCode.NotFound, (await _service.SendAsync(HttpMethod.Get, $"v1/messages/batches/{id}")).Response.StatusCode);
    }

    [Theory]
    [InlineData("TornLastLine", 1, 5, 4)]
    [InlineData("DownloadShort", 1, 3, 3)]
    [InlineData("DuplicatedLines", 2, 8, 8)]
    [InlineData("MissingLines", 2, 4, 4)]
    [InlineData("ForeignLines", 2, 8, 8)]
    [InlineData("GarbledLines", 2, 6, 4)]
    [InlineData("UsageMissing", 2, 6, 6)]
    public async Task Results_are_tampered_with_once_and_the_counts_stay(string kind, int count, int lines, int readable)
    {
        string id = await _service.CreateAsync("a", "b", "c", "d", "e", "f");
        _service.Clock.Advance(TimeSpan.FromHours(1));
        Plan(new Hashtable { ["Kind"] = kind, ["Count"] = count });

        string[] tampered = Encoding.Latin1.GetString(await BytesAsync(id)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(kind == "TornLastLine" ? 6 : lines, tampered.Length);
        Assert.Equal(kind == "TornLastLine" ? 5 : readable, tampered.Count(IsReadable));
        Assert.Equal(6, (await _service.ResultsAsync(id)).Count);
        Assert.Equal(6, (await ListAsync())[0].GetProperty("request_counts").GetProperty("succeeded").GetInt32());
    }

    [Fact]
    public async Task A_download_breaks_off_in_its_middle()
    {
        string id = await _service.CreateAsync("a", "b");
        _service.Clock.Advance(TimeSpan.FromHours(1));
        Plan("DownloadCut");

        await Assert.ThrowsAnyAsync<Exception>(() => BytesAsync(id));
        Assert.Equal(2, (await _service.ResultsAsync(id)).Count);
    }

    [Fact]
    public async Task A_stalled_download_gives_a_part_and_never_ends()
    {
        string id = await _service.CreateAsync("a", "b");
        _service.Clock.Advance(TimeSpan.FromHours(1));
        Plan("DownloadStall");

        using HttpResponseMessage response = await _service.Http.GetAsync(
            new Uri($"v1/messages/batches/{id}/results", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        Stream body = await response.Content.ReadAsStreamAsync();
        byte[] buffer = new byte[100_000];
        Assert.True(await body.ReadAsync(buffer) > 0);
        using CancellationTokenSource enough = new();
        Task<int> next = body.ReadAsync(buffer, enough.Token).AsTask();
        Assert.False(next.IsCompleted);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    [Theory]
    [InlineData("LostReply", 1)]
    [InlineData("ReplyCut", 1)]
    [InlineData("BodyCut", 0)]
    [InlineData("Outage", 0)]
    public async Task On_a_port_a_broken_connection_is_one(string kind, int made)
    {
        EmulatorPlan plan = EmulatorPlan.FromDictionary(new Hashtable { ["Faults"] = new Hashtable { ["Kind"] = kind, ["Duration"] = 3600 } });
        await using EmulatorServer server = await EmulatorServer.StartAsync(_service.Folder, plan, _service.Clock);
        using HttpClient client = new() { BaseAddress = server.BaseAddress };
        client.DefaultRequestHeaders.Add("x-api-key", "k");
        client.DefaultRequestHeaders.Add("anthropic-version", "2026-10-21");
        using StringContent body = new(ServiceFixture.Body("a"), Encoding.UTF8, new MediaTypeHeaderValue("application/json"));

        await Assert.ThrowsAsync<HttpRequestException>(() => client.PostAsync(new Uri("v1/messages/batches", UriKind.Relative), body));

        plan.Faults = [];
        Assert.Equal(made, await CountAsync());
    }

    [Theory]
    [InlineData("Meltdown", "has no fault 'Meltdown'. It has LostReply,")]
    [InlineData(3, "'3' is no fault")]
    public void A_fault_nobody_knows_is_refused_by_name(object fault, string message)
        => Assert.Contains(
            message,
            Assert.Throws<ArgumentException>(() => EmulatorPlan.FromDictionary(new Hashtable { ["Faults"] = fault })).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_plan_reads_the_same_from_json()
    {
        EmulatorPlan plan = EmulatorPlan.FromJson("""{"Errored":0.1,"Faults":["LostReply",{"Kind":"refuse","Status":500,"Accept":true,"Duration":90}]}""");

        Assert.Equal(0.1, plan.Errored);
        Assert.Equal(
            [new EmulatorFault("LostReply"), new EmulatorFault("Refuse") { Status = 500, Accept = true, Duration = TimeSpan.FromSeconds(90) }], plan.Faults);
    }

    [Theory]
    [InlineData("--plan", "{Errored: 0.1}", "invalid")]
    [InlineData("--plan", """{"Erorred":0.1}""", "has no 'Erorred'")]
    [InlineData("--plan", "[]", "A plan is a JSON object")]
    [InlineData("--port", "http", "'http'")]
    public async Task The_server_refuses_a_bad_command_line_in_one_line(string name, string value, string message)
    {
        ProcessStartInfo start = new("dotnet") { RedirectStandardError = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "ClaudeBatch.Emulator.Server.dll"));
        start.ArgumentList.Add(name);
        start.ArgumentList.Add(value);
        using Process server = Process.Start(start)!;

        string error = await server.StandardError.ReadToEndAsync();
        await server.WaitForExitAsync();

        Assert.Equal(2, server.ExitCode);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    private static bool IsReadable(string line)
    {
        try
        {
            byte[] bytes = Encoding.Latin1.GetBytes(line);
            _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
            using JsonDocument document = JsonDocument.Parse(bytes);
            return true;
        }
        catch (Exception e) when (e is JsonException or DecoderFallbackException)
        {
            return false;
        }
    }

    private void Plan(params object[] faults) => _service.Plan.Faults = EmulatorPlan.FromDictionary(new Hashtable { ["Faults"] = faults }).Faults;

    private async Task<JsonElement[]> ListAsync()
    {
        (HttpResponseMessage _, string body) = await _service.SendAsync(HttpMethod.Get, "v1/messages/batches?limit=100");
        return [.. JsonDocument.Parse(body).RootElement.GetProperty("data").EnumerateArray()];
    }

    private async Task<int> CountAsync() => (await ListAsync()).Length;

    private Task<byte[]> BytesAsync(string id) => _service.Http.GetByteArrayAsync(new Uri($"v1/messages/batches/{id}/results", UriKind.Relative));
}
