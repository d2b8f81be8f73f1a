using System.Net;
using System.Text;
using System.Text.Json;
using ClaudeBatch.Emulator;
using ClaudeBatch.Tests;

namespace ClaudeBatch.Emulator.Tests;

/// <summary>An emulated account with an issuer, a rule and a sign-in, which a test asks for tokens and calls with them.</summary>
internal sealed class IdentityFixture : IDisposable
{
    public const string Rule = "fdrl_01Test";

    public const string Account = "svac_01Test";

    public IdentityFixture(string algorithm = "ES256", Action<EmulatorPlan>? change = null)
    {
        Issuer = new TestIssuer(algorithm: algorithm);
        EmulatorPlan plan = new()
        {
            Federation = new EmulatorFederation
            {
                Issuers = [new EmulatorIssuer { Issuer = Issuer.Issuer, Keys = Issuer.Key }],
                Rules =
                [
                    new EmulatorRule
                    {
                        Id = Rule,
                        Issuer = Issuer.Issuer,
                        Subject = "batch-job",
                        Audience = "https://api.anthropic.com",
                        ServiceAccountId = Account,
                    },
                ],
            },
            OAuthClients = [new EmulatorOAuthClient { ClientId = "client-1", RefreshToken = "sk-ant-ort01-first" }],
        };
        change?.Invoke(plan);
        Service = new ServiceFixture(plan);
    }

    public TestIssuer Issuer { get; }

    public ServiceFixture Service { get; }

    public DateTimeOffset Now => Service.Clock.GetUtcNow();

    public Dictionary<string, object?> Federation(string? assertion = null) => new()
    {
        ["grant_type"] = "urn:ietf:params:oauth:grant-type:jwt-bearer",
        ["assertion"] = assertion ?? Issuer.Token(Now),
        ["federation_rule_id"] = Rule,
        ["organization_id"] = Service.Plan.OrganizationId,
        ["service_account_id"] = Account,
    };

    public static Dictionary<string, object?> Refresh(string token) => new()
    {
        ["grant_type"] = "refresh_token",
        ["refresh_token"] = token,
        ["client_id"] = "client-1",
    };

    /// <summary>Asks for a token as the SDKs do: without a key and without the API's version.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> ExchangeAsync(
        Dictionary<string, object?> body, string contentType = "application/json", string? beta = null)
    {
        using HttpClient client = new(new EmulatorHandler(Service.Folder, Service.Plan, Service.Clock)) { BaseAddress = EmulatorHandler.BaseAddress };
        using HttpRequestMessage request = new(HttpMethod.Post, "v1/oauth/token");
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(body)));
        request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        if (beta is not null)
        {
            request.Headers.Add("anthropic-beta", beta);
        }

        using HttpResponseMessage response = await client.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.Headers.Contains("request-id"));
        return (response.StatusCode, text.StartsWith('{') ? JsonDocument.Parse(text).RootElement : default);
    }

    public async Task<string> TokenAsync(Dictionary<string, object?>? body = null)
    {
        (HttpStatusCode status, JsonElement reply) = await ExchangeAsync(body ?? Federation());
        Assert.True(status == HttpStatusCode.OK, reply.ToString());
        return reply.GetProperty("access_token").GetString()!;
    }

    /// <summary>Calls the service with a token, as the SDKs do.</summary>
    public async Task<(HttpResponseMessage Response, string Body)> CallAsync(
        string token, HttpMethod? method = null, string path = "v1/messages/batches", string? body = null, string beta = "oauth-2025-04-20", string? workspace = null)
    {
        using HttpClient client = new(new EmulatorHandler(Service.Folder, Service.Plan, Service.Clock)) { BaseAddress = EmulatorHandler.BaseAddress };
        using HttpRequestMessage request = new(method ?? HttpMethod.Get, path);
        request.Headers.Add("Authorization", "Bearer " + token);
        request.Headers.Add("anthropic-version", "2026-10-21");
        request.Headers.Add("anthropic-beta", beta);
        if (workspace is not null)
        {
            request.Headers.Add("anthropic-workspace-id", workspace);
        }

        request.Content = body is null ? null : new StringContent(body);
        HttpResponseMessage response = await client.SendAsync(request);
        return (response, await response.Content.ReadAsStringAsync());
    }

    public void Dispose()
    {
        Service.Dispose();
        Issuer.Dispose();
    }
}
