using System.Net;
using System.Text;
using ClaudeBatch.Core.Api;
using Microsoft.Extensions.Time.Testing;

namespace ClaudeBatch.Core.Tests.Platforms;

/// <summary>What is sent to Claude Platform on AWS and to Claude on Google Cloud, and where.</summary>
public sealed class PlatformTests : IDisposable
{
    private const string GooglePrefix = "https://claude.googleapis.com/v1/projects/my-project/locations/global/workspaces/wrkspc_1/invoke/v1/";

    private readonly Network _network = new();

    private readonly string _body = Path.GetTempFileName();

    public void Dispose()
    {
        _network.Dispose();
        File.Delete(_body);
    }

    [Fact]
    public async Task Every_call_of_Google_Cloud_goes_below_the_workspace_and_none_where_a_reply_points()
    {
        using BatchApi api = Google();

        await CallAllAsync(api);

        Assert.Equal(11, _network.Requests.Count);
        Assert.All(_network.Requests, static r => Assert.StartsWith(GooglePrefix, r.RequestUri!.AbsoluteUri, StringComparison.Ordinal));
        Assert.Contains(GooglePrefix + "messages/batches/msgbatch_1/results", _network.Requests.Select(static r => r.RequestUri!.AbsoluteUri));
        Assert.Contains(GooglePrefix + "messages/batches?limit=1&after_id=msgbatch_1", _network.Requests.Select(static r => r.RequestUri!.AbsoluteUri));
    }

    [Fact]
    public async Task Google_Cloud_gets_a_bearer_token_and_no_header_of_a_workspace()
    {
        using BatchApi api = Google();

        await CallAllAsync(api);

        Assert.All(_network.Requests, static r => Assert.False(r.Headers.Contains("anthropic-workspace-id")));
        Assert.All(_network.Requests, static r => Assert.False(r.Headers.Contains("x-api-key")));
        Assert.All(_network.Requests, static r => Assert.Equal("Bearer a-google-token", $"{r.Headers.Authorization}"));
        Assert.All(_network.Requests, static r => Assert.Equal("2026-10-21", r.Headers.GetValues("anthropic-version").Single()));
    }

    [Fact]
    public async Task Every_call_of_AWS_names_the_workspace_also_in_the_version_of_its_job()
    {
        using BatchApi begun = Aws();
        using BatchApi api = begun.As(begun.Connection.As("2023-06-01", []));

        await CallAllAsync(api);

        Assert.All(_network.Requests, static r => Assert.Equal("wrkspc_1", r.Headers.GetValues("anthropic-workspace-id").Single()));
        Assert.All(_network.Requests, static r => Assert.StartsWith("https://aws-external-anthropic.eu-west-1.api.aws/v1/", r.RequestUri!.AbsoluteUri, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_of_AWS_is_sent_as_Bearer()
    {
        using BatchApi api = Aws();

        await api.ListAsync(1, null, CancellationToken.None);

        Assert.Equal("Bearer aws-key-of-the-console", $"{_network.Requests.Single().Headers.Authorization}");
        Assert.False(_network.Requests.Single().Headers.Contains("x-api-key"));
    }

    [Theory]
    [InlineData("req_1", "11aa-22bb", "req_1 / amzn 11aa-22bb")]
    [InlineData(null, "11aa-22bb", "req_body / amzn 11aa-22bb")]
    [InlineData("req_1", null, "req_1")]
    [InlineData(null, null, "req_body")]
    public async Task Both_ids_of_a_request_are_in_its_error(string? own, string? amazons, string told)
    {
        _network.RequestId = own;
        _network.AmazonId = amazons;
        _network.Status = HttpStatusCode.Forbidden;
        _network.Body = """{"type":"error","error":{"type":"permission_error","message":"No."},"request_id":"req_body"}""";
        using BatchApi api = Aws();

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => api.ListAsync(1, null, CancellationToken.None));

        Assert.Equal(told, failure.RequestId);
        Assert.Contains($"request {told}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Both_ids_of_a_request_are_with_its_reply()
    {
        _network.RequestId = "req_1";
        _network.AmazonId = "11aa";
        using BatchApi api = Aws();

        Assert.Equal("req_1 / amzn 11aa", (await api.ListAsync(1, null, CancellationToken.None)).Headers.RequestId);
    }

    [Fact]
    public async Task A_refused_credential_is_told_with_what_to_do_on_its_platform()
    {
        _network.Status = HttpStatusCode.Unauthorized;
        _network.Body = """{"type":"error","error":{"type":"authentication_error","message":"no aws-key-of-the-console"}}""";
        using BatchApi aws = Aws();
        using BatchApi google = Google();

        string onAws = (await Assert.ThrowsAsync<ClaudeBatchException>(() => aws.ListAsync(1, null, CancellationToken.None))).Message;
        string onGoogle = (await Assert.ThrowsAsync<ClaudeBatchException>(() => google.ListAsync(1, null, CancellationToken.None))).Message;

        Assert.StartsWith("The service does not take the API key; it says: no (key). Give a key made in the AWS console", onAws, StringComparison.Ordinal);
        Assert.StartsWith("The service does not take the access token; it says: ", onGoogle, StringComparison.Ordinal);
        Assert.DoesNotContain("ANTHROPIC_API_KEY", onAws + onGoogle, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"error":{"code":403,"message":"Permission denied on a resource.","status":"PERMISSION_DENIED"}}""")]
    [InlineData("""{"message":"Permission denied on a resource."}""")]
    [InlineData("""{"Message":"Permission denied on a resource."}""")]
    public async Task What_a_platform_says_in_a_shape_of_its_own_is_read_and_not_taken_for_the_services_word(string body)
    {
        _network.Status = HttpStatusCode.Forbidden;
        _network.Body = body;
        using BatchApi api = Google();

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => api.ListAsync(1, null, CancellationToken.None));

        Assert.Equal(("PermissionDenied", "List batches: HTTP 403 Forbidden: \"Permission denied on a resource.\".", false), (failure.Id, failure.Message, failure.IsFromService));
    }

    [Theory]
    [InlineData("eu-west-1/")]
    [InlineData("evil.example/x")]
    [InlineData("EU")]
    [InlineData("a\nb")]
    [InlineData("")]
    public void A_region_that_would_lead_elsewhere_is_refused(string region)
        => Assert.Equal("PlatformValueInvalid", Assert.Throws<ClaudeBatchException>(() => ServicePlatform.AwsAddress(region)).Id);

    [Theory]
    [InlineData("..", "global", "w")]
    [InlineData("p/q", "global", "w")]
    [InlineData("p", "global?x", "w")]
    [InlineData("p", "global", "w#")]
    [InlineData("p", "global", "%2e%2e")]
    public void A_part_of_the_path_that_would_lead_elsewhere_is_refused(string project, string location, string workspace)
        => Assert.Equal("PlatformValueInvalid", Assert.Throws<ClaudeBatchException>(() => ServicePlatform.GoogleCloudAddress(project, location, workspace)).Id);

    [Theory]
    [InlineData("https://api.anthropic.com/", false, false)]
    [InlineData("https://aws-external-anthropic.eu-west-1.api.aws/", true, false)]
    [InlineData("https://claude.googleapis.com/v1/projects/p/locations/l/workspaces/w/invoke/", false, true)]
    [InlineData("https://claude.googleapis.com.example/", false, false)]
    [InlineData("https://xclaude.googleapis.com/", false, false)]
    [InlineData("https://api.aws.example/", false, false)]
    [InlineData("http://127.0.0.1:8000/", false, false)]
    public void A_platform_knows_its_own_addresses(string address, bool isAws, bool isGoogle)
    {
        Uri there = new(address);
        Assert.Equal((isAws, isGoogle), (ServicePlatform.ClaudeOnAws.Owns(there), ServicePlatform.ClaudeOnGoogleCloud.Owns(there)));
        Assert.Equal(there == ServiceConnection.DefaultBaseAddress, ServicePlatform.ClaudeApi.Owns(there));
    }

    [Fact]
    public async Task A_token_is_kept_for_its_time_and_then_asked_for_again()
    {
        FakeTimeProvider clock = new();
        int asked = 0;
        using AccessTokenCredential credential = new(_ => ValueTask.FromResult($"token-number-{++asked}"), TimeSpan.FromMinutes(5), clock, "Do.");

        string first = await ProofAsync(credential);
        clock.Advance(TimeSpan.FromMinutes(4));
        string second = await ProofAsync(credential);
        clock.Advance(TimeSpan.FromMinutes(1));
        string third = await ProofAsync(credential);

        Assert.Equal(["Bearer token-number-1", "Bearer token-number-1", "Bearer token-number-2"], [first, second, third]);
        Assert.Equal("(key) (key)", credential.WithoutSecret("token-number-1 token-number-2"));
    }

    [Fact]
    public async Task Requests_at_once_ask_for_one_token()
    {
        int asked = 0;
        TaskCompletionSource<string> answer = new();
        using AccessTokenCredential credential = new(
            async _ =>
            {
                asked++;
                return await answer.Task;
            },
            TimeSpan.FromMinutes(5), new FakeTimeProvider(), "Do.");

        Task<string>[] proofs = [.. Enumerable.Range(0, 5).Select(_ => ProofAsync(credential))];
        answer.SetResult("one-token");

        Assert.All(await Task.WhenAll(proofs), static p => Assert.Equal("Bearer one-token", p));
        Assert.Equal(1, asked);
    }

    [Theory]
    [InlineData("", "*is empty*")]
    [InlineData("two\ntokens", "line break")]
    public async Task What_is_no_token_is_refused_and_not_shown(string text, string words)
    {
        using AccessTokenCredential credential = new(_ => ValueTask.FromResult(text), TimeSpan.Zero, TimeProvider.System, "Do.");

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => ProofAsync(credential));

        Assert.Equal("AccessTokenInvalid", failure.Id);
        Assert.Contains(words.Trim('*'), failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("two", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<string> ProofAsync(ServiceCredential credential)
    {
        using HttpRequestMessage request = new();
        await credential.ApplyAsync(request, default, CancellationToken.None);
        return $"{request.Headers.Authorization}";
    }

    private async Task CallAllAsync(BatchApi api)
    {
        await File.WriteAllTextAsync(_body, "{}");
        await api.CreateAsync(_body, 2, new byte[32], static _ => Task.CompletedTask, null, CancellationToken.None);
        await api.RetrieveAsync("msgbatch_1", CancellationToken.None);
        await api.CancelAsync("msgbatch_1", CancellationToken.None);
        await api.DeleteAsync("msgbatch_1", CancellationToken.None);
        await using (await api.OpenResultsAsync("msgbatch_1", CancellationToken.None))
        {
        }

        await api.CountTokensAsync("{}"u8.ToArray(), CancellationToken.None);
        await api.SendMessageAsync("{}"u8.ToArray(), CancellationToken.None);
        await api.ListModelsAsync(null, CancellationToken.None);
        await api.ListModelsAsync("a-model", CancellationToken.None);
        await api.ListAsync(1, null, CancellationToken.None);
        await api.ListAsync(1, "msgbatch_1", CancellationToken.None);
    }

    private BatchApi Google() => Api(
        ServicePlatform.ClaudeOnGoogleCloud,
        ServicePlatform.GoogleCloudAddress("my-project", "global", "wrkspc_1"),
        new AccessTokenCredential(static _ => ValueTask.FromResult("a-google-token"), TimeSpan.FromMinutes(5), TimeProvider.System, "Do this."));

    private BatchApi Aws() => Api(
        ServicePlatform.ClaudeOnAws, ServicePlatform.AwsAddress("eu-west-1"), ApiCredential.FromAwsKey("aws-key-of-the-console"));

    private BatchApi Api(ServicePlatform platform, Uri address, ServiceCredential credential)
        => new(new ServiceConnection(address, credential) { Platform = platform, WorkspaceId = "wrkspc_1" }, _network, TimeProvider.System);

    /// <summary>Replies with a batch whose results lie at another host, with a count and with an empty list, in one.</summary>
    private sealed class Network : HttpMessageHandler
    {
        public List<HttpRequestMessage> Requests { get; } = [];

        public HttpStatusCode Status { get; set; } = HttpStatusCode.OK;

        public string? RequestId { get; set; }

        public string? AmazonId { get; set; }

        public string? Body { get; set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests.Add(request);
            HttpResponseMessage response = new(Status)
            {
                Content = new StringContent(
                    Body ?? """
                        {"id":"msgbatch_1","type":"message_batch","processing_status":"ended","request_counts":{"succeeded":1},
                        "created_at":"2026-11-27T00:00:00Z","results_url":"https://elsewhere.example/results","input_tokens":1,
                        "data":[],"has_more":false}
                        """,
                    Encoding.UTF8,
                    "application/json"),
                RequestMessage = request,
            };
            Add("request-id", RequestId);
            Add("x-amzn-requestid", AmazonId);
            return Task.FromResult(response);

            void Add(string name, string? value)
            {
                if (value is not null)
                {
                    response.Headers.Add(name, value);
                }
            }
        }
    }
}
