using System.Security.Cryptography;
using Amazon.Runtime;
using ClaudeBatch.Aws;
using ClaudeBatch.Core.Api;
using Microsoft.Extensions.Time.Testing;

namespace ClaudeBatch.Core.Tests.Platforms;

/// <summary>Signatures as AWS computes them in its documentation, and what of a request they cover.</summary>
public sealed class AwsSignatureTests
{
    private const string Secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    private static readonly byte[] s_noBody = SHA256.HashData([]);

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2013, 5, 24, 0, 0, 0, TimeSpan.Zero));

    /// <summary>The examples of "Authenticating Requests: Using the Authorization Header" that sign no header besides the three.</summary>
    [Theory]
    [InlineData("?lifecycle", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")]
    [InlineData("?max-keys=2&prefix=J", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")]
    public async Task The_examples_of_AWS_get_their_signatures(string query, string signature)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, $"https://examplebucket.s3.amazonaws.com/{query}");

        await Signer(new BasicAWSCredentials("AKIAIOSFODNN7EXAMPLE", Secret), "us-east-1", "s3").ApplyAsync(request, s_noBody, CancellationToken.None);

        Assert.Equal(
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
                + $"SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature={signature}",
            Header(request, "Authorization"));
        Assert.Equal("20130524T000000Z", Header(request, "x-amz-date"));
    }

    [Fact]
    public async Task The_workspace_the_version_and_the_sealed_digest_are_signed_and_the_body_is_not_read()
    {
        using HttpRequestMessage request = Create();
        byte[] digest = SHA256.HashData("another body"u8);

        await Signer(new SessionAWSCredentials("AKID", Secret, "the-session-token")).ApplyAsync(request, digest, CancellationToken.None);

        Assert.Contains(
            "/20130524/eu-west-1/aws-external-anthropic/aws4_request, SignedHeaders=anthropic-beta;anthropic-version;anthropic-workspace-id;"
                + "content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token, ",
            Header(request, "Authorization"),
            StringComparison.Ordinal);
        Assert.Equal(Convert.ToHexString(digest), Header(request, "x-amz-content-sha256"), ignoreCase: true);
        Assert.Equal("the-session-token", Header(request, "x-amz-security-token"));
        Assert.False(request.Headers.Contains("x-api-key"));
    }

    [Theory]
    [InlineData("anthropic-workspace-id")]
    [InlineData("anthropic-version")]
    public async Task Another_value_of_a_header_that_counts_is_another_signature(string name)
    {
        using HttpRequestMessage request = Create();
        using HttpRequestMessage other = Create();
        other.Headers.Remove(name);
        other.Headers.Add(name, "other");
        ServiceCredential signer = Signer(new BasicAWSCredentials("AKID", Secret));

        await signer.ApplyAsync(request, s_noBody, CancellationToken.None);
        await signer.ApplyAsync(other, s_noBody, CancellationToken.None);

        Assert.NotEqual(Header(request, "Authorization"), Header(other, "Authorization"));
    }

    [Fact]
    public async Task A_request_that_is_signed_again_has_one_proof_of_the_later_time()
    {
        using HttpRequestMessage request = Create();
        ServiceCredential signer = Signer(new BasicAWSCredentials("AKID", Secret));

        await signer.ApplyAsync(request, s_noBody, CancellationToken.None);
        _clock.Advance(TimeSpan.FromMinutes(5));
        await signer.ApplyAsync(request, s_noBody, CancellationToken.None);

        Assert.Equal("20130524T000500Z", Header(request, "x-amz-date"));
        Assert.Single(request.Headers.GetValues("Authorization"));
    }

    [Fact]
    public async Task The_credentials_of_the_moment_sign()
    {
        Queue<AWSCredentials> keys = new([new BasicAWSCredentials("FIRST", Secret), new SessionAWSCredentials("SECOND", Secret, "a-token-of-an-hour")]);
        AwsSignature signer = new("eu-west-1", _ => Task.FromResult(keys.Dequeue()), _clock, "aws-external-anthropic");
        using HttpRequestMessage first = Create();
        using HttpRequestMessage second = Create();

        await signer.ApplyAsync(first, s_noBody, CancellationToken.None);
        await signer.ApplyAsync(second, s_noBody, CancellationToken.None);

        Assert.Contains("Credential=FIRST/", Header(first, "Authorization"), StringComparison.Ordinal);
        Assert.Contains("Credential=SECOND/", Header(second, "Authorization"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_text_keeps_the_secret_the_token_or_a_signature()
    {
        AwsSignature signer = Signer(new SessionAWSCredentials("AKID", Secret, "the-session-token"));
        using HttpRequestMessage request = Create();
        await signer.ApplyAsync(request, s_noBody, CancellationToken.None);
        string proof = Header(request, "Authorization");
        string signature = proof[(proof.LastIndexOf('=') + 1)..];

        string shown = signer.WithoutSecret($"{proof} {Secret} {Uri.EscapeDataString(Secret)} {{\"t\":\"the-session-token\"}} {signer} {signer.Advice}");

        Assert.DoesNotContain(signature, shown, StringComparison.Ordinal);
        Assert.DoesNotContain("wJalrXUtnFEMI", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("session-token", shown, StringComparison.Ordinal);
        Assert.Contains("Credential=AKID/", shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, FailureKind.Authentication)]
    [InlineData(true, FailureKind.Network)]
    public async Task Without_credentials_there_is_one_error_and_a_network_that_fails_is_tried_again(bool isNetwork, FailureKind kind)
    {
        Exception cause = isNetwork ? new AmazonClientException("the wire", new HttpRequestException("is cut")) : new AmazonClientException("None:\n\nException 1 of 2: none here.\nException 2 of 2: none there\n");
        AwsSignature signer = new("eu-west-1", _ => throw cause, _clock, "s");
        using HttpRequestMessage request = Create();

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(
            async () => await signer.ApplyAsync(request, s_noBody, CancellationToken.None));

        Assert.Equal(("AwsCredentialsMissing", kind, isNetwork), (failure.Id, failure.Kind, failure.IsTransient));
        Assert.StartsWith($"No AWS credentials could be had: {(isNetwork ? "the wire." : "none here; none there.")} Nothing was sent.", failure.Message, StringComparison.Ordinal);
        Assert.False(request.Headers.Contains("Authorization"));
    }

    private static HttpRequestMessage Create()
    {
        HttpRequestMessage request = new(HttpMethod.Post, "https://aws-external-anthropic.eu-west-1.api.aws/v1/messages/batches")
        {
            Content = new Unreadable(),
        };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add("anthropic-version", "2026-10-21");
        request.Headers.Add("anthropic-workspace-id", "wrkspc_1");
        request.Headers.Add("anthropic-beta", "one,two");
        request.Headers.Add("User-Agent", "ClaudeBatch");
        request.Headers.ExpectContinue = true;
        return request;
    }

    private static string Header(HttpRequestMessage request, string name) => Assert.Single(request.Headers.NonValidated[name]);

    private AwsSignature Signer(AWSCredentials credentials, string region = "eu-west-1", string service = "aws-external-anthropic")
        => new(region, _ => Task.FromResult(credentials), _clock, service);

    private sealed class Unreadable : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
            => throw new InvalidOperationException("The body was read.");

        protected override bool TryComputeLength(out long length)
        {
            length = 256_000_000;
            return true;
        }
    }
}
