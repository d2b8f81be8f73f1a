using System.Net;
using System.Security.Cryptography;
using System.Text;
using ClaudeBatch.Core.Api;

namespace ClaudeBatch.Core.Tests.Api;

/// <summary>What the code of another platform, or of another kind of credential, may rely on.</summary>
public sealed class ConnectionSeamTests : IDisposable
{
    private readonly Recorder _network = new();

    private readonly Signer _signer = new();

    private readonly string _body = Path.GetTempFileName();

    public void Dispose()
    {
        _network.Dispose();
        File.Delete(_body);
    }

    [Fact]
    public async Task A_credential_may_take_its_time_and_is_asked_for_each_request()
    {
        using BatchApi api = Api();

        await api.ListAsync(1, null, CancellationToken.None);
        await api.ListAsync(1, null, CancellationToken.None);

        Assert.Equal(["proof 1", "proof 2"], _network.Requests.Select(static r => r.Headers.GetValues("x-proof").Single()));
    }

    [Fact]
    public async Task A_credential_sees_the_request_whole_and_the_digest_of_its_body()
    {
        using BatchApi api = Api();
        byte[] small = Encoding.UTF8.GetBytes("{\"model\":\"m\"}");
        await api.CountTokensAsync(small, CancellationToken.None);
        await api.ListAsync(1, null, CancellationToken.None);

        Assert.Equal("application/json", _signer.ContentTypes[0]);
        Assert.Equal(SHA256.HashData(small), _signer.Digests[0]);
        Assert.Equal(SHA256.HashData([]), _signer.Digests[1]);
    }

    [Fact]
    public async Task A_create_is_signed_by_the_digest_it_was_sealed_with_and_its_file_is_not_read_for_it()
    {
        await File.WriteAllTextAsync(_body, "{\"requests\":[]}");
        using BatchApi api = Api();

        await api.CreateAsync(_body, 15, new byte[] { 1, 2, 3 }, static _ => Task.CompletedTask, null, CancellationToken.None);

        Assert.Equal([1, 2, 3], _signer.Digests.Single());
    }

    [Fact]
    public async Task A_credential_that_has_nothing_to_give_ends_a_create_before_a_byte_of_it_has_gone()
    {
        _signer.Failure = new ClaudeBatchException(FailureKind.Authentication, "NoProof", "There is none.");
        using BatchApi api = Api();

        CreateReply reply = await api.CreateAsync(_body, 1, default, static _ => Task.CompletedTask, null, CancellationToken.None);

        Assert.Equal("NoProof", reply.Failure!.Id);
        Assert.False(reply.LastByteHandedOver);
        Assert.Empty(_network.Requests);
    }

    [Fact]
    public async Task The_path_an_address_begins_with_is_in_every_call()
    {
        using BatchApi api = Api(address: "https://service.test/v1/projects/p/");

        await api.ListAsync(1, null, CancellationToken.None);
        await api.ListModelsAsync(null, CancellationToken.None);
        using Stream results = (await api.OpenResultsAsync("msgbatch_1", CancellationToken.None)).Body;

        Assert.All(_network.Requests, static r => Assert.StartsWith("https://service.test/v1/projects/p/v1/", r.RequestUri!.AbsoluteUri, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_call_that_a_platform_lacks_is_told_and_not_sent()
    {
        using BatchApi api = Api(new ServicePlatform { Name = "Another Cloud", Calls = ServiceCalls.Messages });

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => api.CountTokensAsync(default, CancellationToken.None));
        await Assert.ThrowsAsync<ClaudeBatchException>(() => api.ListModelsAsync(null, CancellationToken.None));

        Assert.Equal(("CallNotOnPlatform", "Counting of tokens does not exist on Another Cloud; nothing was sent."), (failure.Id, failure.Message));
        Assert.Empty(_network.Requests);
    }

    [Fact]
    public void A_job_asks_the_platform_it_was_sent_to_in_its_own_version()
    {
        ServicePlatform cloud = new() { Name = "Another Cloud", Calls = ServiceCalls.None };

        ServiceConnection before = new ServiceConnection(new Uri("https://service.test/"), _signer) { Platform = cloud }.As("2023-06-01", []);

        Assert.Same(cloud, before.Platform);
    }

    private BatchApi Api(ServicePlatform? platform = null, string address = "https://service.test/")
        => new(new ServiceConnection(new Uri(address), _signer) { Platform = platform ?? ServicePlatform.ClaudeApi }, _network, TimeProvider.System);

    private sealed class Signer : ServiceCredential
    {
        public List<byte[]> Digests { get; } = [];

        public List<string?> ContentTypes { get; } = [];

        public ClaudeBatchException? Failure { get; set; }

        public override async ValueTask ApplyAsync(HttpRequestMessage request, ReadOnlyMemory<byte> bodyDigest, CancellationToken cancellationToken)
        {
            await Task.Yield();
            if (Failure is not null)
            {
                throw Failure;
            }

            Digests.Add(bodyDigest.ToArray());
            ContentTypes.Add(request.Content?.Headers.ContentType?.MediaType);
            request.Headers.Add("x-proof", $"proof {Digests.Count}");
        }

        public override string WithoutSecret(string text) => text;

        public override string ToString() => "signature";
    }

    private sealed class Recorder : HttpMessageHandler
    {
        public List<HttpRequestMessage> Requests { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests.Add(request);
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new StringContent("""{"data":[],"has_more":false,"input_tokens":1}"""),
                RequestMessage = request,
            });
        }
    }
}
