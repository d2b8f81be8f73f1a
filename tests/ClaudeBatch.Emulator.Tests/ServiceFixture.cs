using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;

namespace ClaudeBatch.Emulator.Tests;

/// <summary>An emulated service in a folder of its own, which a test calls with plain HTTP requests.</summary>
internal sealed class ServiceFixture : IDisposable
{
    public ServiceFixture(EmulatorPlan? plan = null)
    {
        Plan = plan ?? new EmulatorPlan();
        Http = NewClient();
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("claudebatch-emulator-").FullName;

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 11, 21, 3, 0, 0, TimeSpan.Zero));

    public EmulatorPlan Plan { get; }

    public HttpClient Http { get; }

    /// <summary>Makes a client of the same service, as another process would have it.</summary>
    public HttpClient NewClient()
    {
        HttpClient client = new(new EmulatorHandler(Folder, Plan, Clock)) { BaseAddress = EmulatorHandler.BaseAddress };
        client.DefaultRequestHeaders.Add("x-api-key", "sk-ant-test");
        client.DefaultRequestHeaders.Add("anthropic-version", "2026-10-21");
        return client;
    }

    public async Task<(HttpResponseMessage Response, string Body)> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using HttpRequestMessage request = new(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        }

        HttpResponseMessage response = await Http.SendAsync(request);
        return (response, await response.Content.ReadAsStringAsync());
    }

    public async Task<string> CreateAsync(params string[] ids)
    {
        (HttpResponseMessage response, string body) = await SendAsync(HttpMethod.Post, "v1/messages/batches", Body(ids));
        Assert.True(response.IsSuccessStatusCode, body);
        return JsonDocument.Parse(body).RootElement.GetProperty("id").GetString()!;
    }

    public async Task<Dictionary<string, JsonElement>> ResultsAsync(string id)
    {
        (HttpResponseMessage _, string body) = await SendAsync(HttpMethod.Get, $"v1/messages/batches/{id}/results");
        return body.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static l => JsonDocument.Parse(l).RootElement)
            .ToDictionary(static l => l.GetProperty("custom_id").GetString()!, static l => l.GetProperty("result"));
    }

    public static string Body(params string[] ids) => $"{{\"requests\":[{string.Join(',', ids.Select(static id => Item(id)))}]}}";

    public static string Item(string id, string parameters = """{"model":"claude-haiku-4-5","max_tokens":50,"messages":[{"role":"user","content":"Hi"}]}""")
        => $"{{\"custom_id\":\"{id}\",\"params\":{parameters}}}";

    public void Dispose()
    {
        Http.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
