using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using ClaudeBatch.Emulator.Platforms;
using Microsoft.Extensions.Time.Testing;

namespace ClaudeBatch.Emulator.Tests;

/// <summary>What the emulator asks of a caller where it is Claude Platform on AWS.</summary>
public sealed class AwsPlatformTests : IDisposable
{
    private const string Batches = "v1/messages/batches";

    private readonly ServiceFixture _service = new(Plan());

    private readonly HttpClient _http;

    public AwsPlatformTests() => _http = Client(_service.Clock);

    [Fact]
    public async Task A_signed_call_is_taken_and_its_reply_has_both_ids()
    {
        using HttpResponseMessage response = await SendAsync(Signed(HttpMethod.Post, ServiceFixture.Body("a")));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(response.Headers.Contains("request-id"));
        Assert.True(response.Headers.Contains("x-amzn-requestid"));
        Assert.Equal(_service.Plan.WorkspaceId, Assert.Single(response.Headers.GetValues("anthropic-workspace-id")));
    }

    [Fact]
    public async Task A_body_that_is_not_the_signed_one_makes_no_batch()
    {
        HttpRequestMessage request = Signed(HttpMethod.Post, ServiceFixture.Body("a"));
        request.Content = new StringContent(ServiceFixture.Body("b"));

        await RefusedAsync(request, "The body is not that of the header x-amz-content-sha256.");
        using HttpResponseMessage list = await SendAsync(Signed(HttpMethod.Get));

        Assert.Contains("\"data\":[]", await list.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_without_a_body_is_held_against_its_digest_too()
    {
        HttpRequestMessage request = Signed(HttpMethod.Get);
        request.Content = new StringContent("{}");

        await RefusedAsync(request, "The body is not that of the header x-amz-content-sha256.");
    }

    [Theory]
    [InlineData(-901)]
    [InlineData(901)]
    public async Task A_signature_of_another_time_is_refused(int seconds)
        => await RefusedAsync(Signed(HttpMethod.Get, time: _service.Clock.GetUtcNow().AddSeconds(seconds)), "Signature expired");

    [Theory]
    [InlineData("20261121/us-east-1/aws-external-anthropic/aws4_request")]
    [InlineData("20261121/eu-west-1/execute-api/aws4_request")]
    [InlineData("20261120/eu-west-1/aws-external-anthropic/aws4_request")]
    [InlineData("20261121/eu-west-1/aws-external-anthropic")]
    public async Task A_signature_of_another_scope_is_refused(string scope)
        => await RefusedAsync(Signed(HttpMethod.Get, scope: scope), "The credential should be scoped to");

    [Theory]
    [InlineData("x-amz-content-sha256;x-amz-date", "The header host must be signed.")]
    [InlineData("host;x-amz-content-sha256", "The header x-amz-date must be signed.")]
    [InlineData("host;x-amz-date", "The header x-amz-content-sha256 must be signed.")]
    public async Task A_signature_that_leaves_a_header_out_is_refused(string headers, string message)
        => await RefusedAsync(Signed(HttpMethod.Get, headers: headers), message);

    [Fact]
    public async Task A_header_or_query_that_changed_after_it_was_signed_is_refused()
    {
        const string headers = "anthropic-workspace-id;host;x-amz-content-sha256;x-amz-date";
        HttpRequestMessage workspace = Signed(HttpMethod.Get, headers: headers);
        workspace.Headers.Remove("anthropic-workspace-id");
        workspace.Headers.Add("anthropic-workspace-id", "wrkspc_01Other");
        HttpRequestMessage query = Signed(HttpMethod.Get);
        query.RequestUri = new Uri(Batches + "?limit=1", UriKind.Relative);
        HttpRequestMessage method = Signed(HttpMethod.Get);
        method.Method = HttpMethod.Delete;

        await RefusedAsync(workspace, "does not match the signature");
        await RefusedAsync(query, "does not match the signature");
        await RefusedAsync(method, "does not match the signature");
    }

    [Fact]
    public async Task A_session_token_is_signed_too()
    {
        _service.Plan.Aws!.AccessKeys[0].SessionToken = "session";
        HttpRequestMessage unsigned = Signed(HttpMethod.Get);
        unsigned.Headers.Add("x-amz-security-token", "session");

        await RefusedAsync(Signed(HttpMethod.Get), "security token");
        await RefusedAsync(unsigned, "The header x-amz-security-token must be signed.");
    }

    [Fact]
    public async Task A_key_comes_as_bearer_or_as_x_api_key_and_each_call_names_its_workspace()
    {
        using HttpResponseMessage bearer = await SendAsync(Plain("Authorization", "Bearer aws-key"));
        using HttpResponseMessage key = await SendAsync(Plain("x-api-key", "aws-key"));
        HttpRequestMessage nowhere = Plain("x-api-key", "aws-key");
        nowhere.Headers.Remove("anthropic-workspace-id");
        using HttpResponseMessage none = await SendAsync(nowhere);

        Assert.Equal(HttpStatusCode.OK, bearer.StatusCode);
        Assert.Equal(HttpStatusCode.OK, key.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, none.StatusCode);
        Assert.Contains("anthropic-workspace-id: header is required", await none.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await RefusedAsync(Plain("x-api-key", "sk-ant-console"), "not one of Claude Platform on AWS");
        await RefusedAsync(Plain("Authorization", "Bearer sk-ant-oat01-01Token"), "not one of Claude Platform on AWS");
        await RefusedAsync(new HttpRequestMessage(HttpMethod.Get, Batches), "Missing Authentication Token");
        using HttpRequestMessage exchange = Plain("x-api-key", "aws-key");
        (exchange.Method, exchange.RequestUri) = (HttpMethod.Post, new Uri("v1/oauth/token", UriKind.Relative));
        using HttpResponseMessage lacking = await _http.SendAsync(exchange);
        Assert.Equal(HttpStatusCode.NotFound, lacking.StatusCode);
    }

    [Fact]
    public async Task A_rehearsal_whose_clock_is_a_day_ahead_takes_signatures_of_the_real_time()
    {
        FakeTimeProvider real = new(_service.Clock.GetUtcNow());
        using EmulatorClock ahead = new(real, speed: 86_400);
        using HttpClient client = Client(ahead);
        real.Advance(TimeSpan.FromSeconds(1));

        using HttpResponseMessage response = await client.SendAsync(Signed(HttpMethod.Get, time: real.GetUtcNow()));

        Assert.Equal(TimeSpan.FromDays(1), ahead.GetUtcNow() - _service.Clock.GetUtcNow());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    public void Dispose()
    {
        _http.Dispose();
        _service.Dispose();
    }

    private static EmulatorPlan Plan() => new()
    {
        Aws = new EmulatorAws
        {
            Region = "eu-west-1",
            AccessKeys = [new EmulatorAwsKey { Id = "AKIATEST", Secret = "secret" }],
            ApiKeys = ["aws-key"],
        },
    };

    private HttpClient Client(TimeProvider clock)
    {
        HttpClient client = new(new EmulatorHandler(_service.Folder, _service.Plan, clock)) { BaseAddress = EmulatorHandler.BaseAddress };
        client.DefaultRequestHeaders.Add("anthropic-version", "2026-10-21");
        return client;
    }

    private HttpRequestMessage Plain(string header, string value)
    {
        HttpRequestMessage request = new(HttpMethod.Get, Batches);
        request.Headers.Add(header, value);
        request.Headers.Add("anthropic-workspace-id", _service.Plan.WorkspaceId);
        return request;
    }

    private HttpRequestMessage Signed(
        HttpMethod method,
        string body = "",
        DateTimeOffset? time = null,
        string headers = "host;x-amz-content-sha256;x-amz-date",
        string? scope = null)
    {
        string date = (time ?? _service.Clock.GetUtcNow()).ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        string digest = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(body))).ToLowerInvariant();
        HttpRequestMessage request = new(method, Batches) { Content = body.Length == 0 ? null : new StringContent(body) };
        request.Headers.Add("x-amz-date", date);
        request.Headers.Add("x-amz-content-sha256", digest);
        request.Headers.Add("anthropic-workspace-id", _service.Plan.WorkspaceId);
        SignatureV4 signature = new(
            "AKIATEST", (scope ?? $"{date[..8]}/eu-west-1/aws-external-anthropic/aws4_request").Split('/'), headers.Split(';'), string.Empty);
        string value = signature.Computed(
            new EmulatedRequest(
                method.Method,
                "/" + Batches,
                string.Empty,
                name => name == "host" ? EmulatorHandler.BaseAddress.Authority : request.Headers.GetValues(name).Single(),
                static (_, _) => Task.CompletedTask),
            date,
            digest,
            "secret");
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            $"AWS4-HMAC-SHA256 Credential=AKIATEST/{string.Join('/', signature.Scope)}, SignedHeaders={headers}, Signature={value}");
        return request;
    }

    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => _http.SendAsync(request);

    private async Task RefusedAsync(HttpRequestMessage request, string message)
    {
        using HttpResponseMessage response = await _http.SendAsync(request);
        string body = await response.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains("permission_error", body, StringComparison.Ordinal);
        Assert.Contains(message, body, StringComparison.Ordinal);
    }
}
