using System.Net;
using System.Text;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Api;

public sealed partial class BatchApiTests : IDisposable
{
    private readonly ScriptedHandler _network = new();

    private readonly List<TimeSpan> _waits = [];

    private readonly BatchApi _api;

    public BatchApiTests() => _api = new BatchApi(
        new ServiceConnection(new Uri("https://service.test/"), ApiCredential.FromKey("sk-ant-secret")) { Betas = ["one", "two"], WorkspaceId = "wrkspc_1" },
        _network,
        new EmulatorClock(TimeProvider.System, 100_000),
        onRetry: (_, wait) => _waits.Add(wait));

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task Each_call_carries_the_key_the_version_and_the_workspace_and_goes_to_the_configured_host()
    {
        _network.Answer(HttpStatusCode.OK, """{"data":[],"has_more":false}""");

        await _api.ListAsync(20, "msgbatch_1", CancellationToken.None);

        HttpRequestMessage request = Assert.Single(_network.Requests);
        Assert.Equal("https://service.test/v1/messages/batches?limit=20&after_id=msgbatch_1", request.RequestUri!.AbsoluteUri);
        Assert.Equal("sk-ant-secret", Assert.Single(request.Headers.GetValues("x-api-key")));
        Assert.Equal("2026-10-21", Assert.Single(request.Headers.GetValues("anthropic-version")));
        Assert.Equal("wrkspc_1", Assert.Single(request.Headers.GetValues("anthropic-workspace-id")));
        Assert.False(request.Headers.Contains("Authorization"));
        Assert.False(request.Headers.Contains("anthropic-beta")); // betas are sent only with the call that creates a batch
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(529)]
    [InlineData(429)]
    [InlineData(408)]
    [InlineData(409)]
    public async Task A_passing_failure_of_a_repeatable_call_is_tried_again(int status)
    {
        _network.Answer((HttpStatusCode)status, "{}");
        _network.Answer((HttpStatusCode)status, "{}");
        _network.Answer(HttpStatusCode.OK, """{"data":[],"has_more":false}""");

        await _api.ListAsync(20, null, CancellationToken.None);

        Assert.Equal(3, _network.Requests.Count);
        Assert.InRange(_waits[0].TotalSeconds, 0.375, 0.5);
        Assert.InRange(_waits[1].TotalSeconds, 0.75, 1);
    }

    [Theory]
    [InlineData(400, "RequestInvalid")]
    [InlineData(401, "ApiKeyRejected")]
    [InlineData(402, "BillingRefused")]
    [InlineData(403, "PermissionDenied")]
    [InlineData(404, "BatchNotFound")]
    [InlineData(413, "BatchTooLarge")]
    [InlineData(302, "RedirectRefused")]
    public async Task A_lasting_failure_is_tried_once_and_told_in_the_services_words(int status, string id)
    {
        _network.Answer(
            (HttpStatusCode)status, """{"type":"error","error":{"type":"some_error","message":"What the service says."},"request_id":"req_1"}""");

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => _api.RetrieveAsync("msgbatch_1", CancellationToken.None));

        Assert.Single(_network.Requests);
        Assert.Equal((id, status, "some_error", "What the service says.", "req_1"), (failure.Id, failure.Status, failure.ErrorType, failure.ServiceMessage, failure.RequestId));
        Assert.Equal("msgbatch_1", failure.Target);
        Assert.DoesNotContain("secret", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_service_may_say_itself_whether_to_try_again()
    {
        _network.Answer(HttpStatusCode.InternalServerError, "{}", ("x-should-retry", "false"));
        await Assert.ThrowsAsync<ClaudeBatchException>(() => _api.RetrieveAsync("a", CancellationToken.None));
        _network.Answer(HttpStatusCode.BadRequest, "{}", ("x-should-retry", "true"));
        _network.Answer(HttpStatusCode.OK, """{"data":[],"has_more":false}""");
        await _api.ListAsync(20, null, CancellationToken.None);

        Assert.Equal(3, _network.Requests.Count);
    }

    [Theory]
    [InlineData("retry-after", "7", 7)]
    [InlineData("retry-after", "1.5", 1.5)]
    [InlineData("retry-after-ms", "250", 0.25)]
    public async Task The_wait_the_service_asks_for_is_kept(string header, string value, double seconds)
    {
        _network.Answer((HttpStatusCode)429, "{}", (header, value));
        _network.Answer(HttpStatusCode.OK, """{"data":[],"has_more":false}""");

        await _api.ListAsync(20, null, CancellationToken.None);

        Assert.Equal(seconds, Assert.Single(_waits).TotalSeconds, 3);
    }

    [Theory]
    [InlineData(429, "enforced_spend_limit_reached")]
    [InlineData(429, "contract_spend_limit_reached")]
    [InlineData(400, "organization_on_hold")]
    [InlineData(400, "cmek_key_disabled")]
    public async Task A_spend_limit_is_never_retried(int status, string code)
    {
        _network.Answer(
            (HttpStatusCode)status,
            "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"No more.\",\"details\":{\"error_code\":\"" + code + "\"}}}");

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => _api.ListAsync(20, null, CancellationToken.None));

        Assert.Equal((FailureKind.Billing, code), (failure.Kind, failure.ErrorCode));
        Assert.Single(_network.Requests);
    }

    [Theory]
    [InlineData("<html>Sign in to the hotel network</html>")]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"id":7,"processing_status":"ended","request_counts":{}}""")]
    [InlineData("""{"id":"a","processing_status":"ended","request_counts":null}""")]
    [InlineData("""{"id":"a","processing_status":"ended","request_counts":{"succeeded":1.5}}""")]
    [InlineData("""{"id":"a","processing_status":"ended","request_counts":{},"ended_at":"yesterday"}""")]
    public async Task An_answer_that_is_not_the_services_is_said_so(string answer)
    {
        _network.Answer(HttpStatusCode.OK, answer);

        Assert.Equal("ResponseUnreadable", (await Assert.ThrowsAsync<ClaudeBatchException>(() => _api.RetrieveAsync("a", CancellationToken.None))).Id);
    }

    [Fact]
    public async Task Fields_that_are_new_are_passed_over_and_those_that_are_not_there_are_not_known()
    {
        _network.Answer(
            HttpStatusCode.OK,
            """{"id":"a","mood":{"x":[1]},"processing_status":"resting","request_counts":{"succeeded":2,"dreaming":9},"created_at":"2026-11-21T10:00:00.5Z","ended_at":null}""");

        MessageBatch batch = (await _api.RetrieveAsync("a", CancellationToken.None)).Value;

        Assert.Equal(
            new MessageBatch
            {
                Id = "a",
                ProcessingStatus = "resting",
                RequestCounts = new RequestCounts(0, 2, 0, 0, 0),
                CreatedAt = new DateTimeOffset(2026, 11, 21, 10, 0, 0, 500, TimeSpan.Zero),
            },
            batch);
    }

    [Theory]
    [InlineData("http://api.example.com", "AddressNotSecure")]
    [InlineData("ftp://api.example.com", "AddressInvalid")]
    [InlineData("file:///tmp", "AddressInvalid")]
    public void A_key_goes_over_tls_or_to_this_machine(string address, string id)
    {
        Assert.Equal(id, Assert.Throws<ClaudeBatchException>(() => new ServiceConnection(new Uri(address), ApiCredential.FromKey("k"))).Id);
        Assert.Equal("http://[::1]:8080/", new ServiceConnection(new Uri("http://[::1]:8080"), ApiCredential.FromKey("k")).BaseAddress.AbsoluteUri);
    }

    [Fact]
    public void A_key_with_a_line_break_is_refused_and_not_shown()
    {
        ClaudeBatchException refused = Assert.Throws<ClaudeBatchException>(() => ApiCredential.FromKey("sk-ant\nsecret"));

        Assert.Equal("ApiKeyInvalid", refused.Id);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
        Assert.Equal("API key", ApiCredential.FromKey("sk-ant-secret").ToString());
    }

    [Fact]
    public async Task A_body_that_stalls_is_given_up()
    {
        using StallLimitedStream stalled = new(new NeverStream(), new MemoryStream(), TimeSpan.FromMilliseconds(20));

        await Assert.ThrowsAsync<TimeoutException>(() => stalled.ReadAsync(new byte[1]).AsTask());
    }

    [Fact]
    public async Task An_error_whose_body_stalls_is_told_with_what_came_of_it()
    {
        using ScriptedHandler network = new();
        using BatchApi api = Impatient(network);
        network.Answer(HttpStatusCode.BadRequest, new StreamContent(new NeverStream("<h1>Not from here</h1>")));

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => api.ListAsync(20, null, CancellationToken.None));

        Assert.Equal(("List batches: HTTP 400 Bad Request: \"Not from here\".", 400), (failure.Message, failure.Status));
    }

    [Fact]
    public async Task An_answer_that_was_paid_and_stalls_is_a_failure_of_the_network()
    {
        using ScriptedHandler network = new();
        using BatchApi api = Impatient(network);
        network.Answer(HttpStatusCode.OK, new StreamContent(new NeverStream("{\"id\":")));

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => api.SendMessageAsync("{}"u8.ToArray(), CancellationToken.None));

        Assert.Equal("ConnectionFailed", failure.Id);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(402)]
    [InlineData(403)]
    public async Task A_page_that_asks_to_sign_in_says_nothing_of_the_account_and_pauses_no_job(int status)
    {
        _network.Answer((HttpStatusCode)status, "<html>Please sign in to the network.</html>");

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => _api.ListAsync(20, null, CancellationToken.None));

        Assert.Equal(("ResponseUnreadable", FailureKind.InvalidData, status), (failure.Id, failure.Kind, failure.Status));
        Assert.Null(failure.Pauses);
        Assert.Contains("Please sign in to the network.", failure.Message, StringComparison.Ordinal);
        Assert.Contains("not the service's own reply", failure.Message, StringComparison.Ordinal);
    }

    private static BatchApi Impatient(HttpMessageHandler network) => new(
        new ServiceConnection(new Uri("https://service.test/"), ApiCredential.FromKey("sk-ant-secret")),
        network,
        TimeProvider.System,
        new TransportLimits { Stall = TimeSpan.FromMilliseconds(20) });

    // Gives a text, and nothing after it.
    private sealed class NeverStream(string first = "") : MemoryStream
    {
        private byte[] _first = Encoding.UTF8.GetBytes(first);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_first.Length == 0)
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            _first.CopyTo(buffer);
            int count = _first.Length;
            _first = [];
            return count;
        }
    }

    private sealed class ScriptedHandler : HttpMessageHandler
    {
        private readonly Queue<HttpResponseMessage> _answers = [];

        public List<HttpRequestMessage> Requests { get; } = [];

        public void Answer(HttpStatusCode status, string body, params (string Name, string Value)[] headers)
        {
            HttpResponseMessage response = new(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            foreach ((string name, string value) in headers)
            {
                response.Headers.TryAddWithoutValidation(name, value);
            }

            _answers.Enqueue(response);
        }

        public void Answer(HttpStatusCode status, HttpContent body) => _answers.Enqueue(new HttpResponseMessage(status) { Content = body });

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests.Add(request);
            return Task.FromResult(_answers.Dequeue());
        }
    }
}
