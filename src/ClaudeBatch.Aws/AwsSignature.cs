using System.Net.Http.Headers;
using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Signing;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Api;

namespace ClaudeBatch.Aws;

/// <summary>Signs each request with AWS credentials (Signature Version 4). The library finds them and renews those that expire.</summary>
/// <remarks>
/// The signature covers the digest that the body was sealed with, so that a body of 256 MB is not read for it. It covers the headers that
/// mean something to the service, and none that something on the way may change.
/// </remarks>
public sealed class AwsSignature : ServiceCredential
{
    private const string Service = "aws-external-anthropic";

    private const string ContentDigest = "x-amz-content-sha256";

    private readonly RegionEndpoint _region;

    private readonly string _service;

    private readonly Func<CancellationToken, Task<AWSCredentials>> _credentials;

    private readonly TimeProvider _clock;

    private readonly RecentSecrets _keys = new();

    private readonly RecentSecrets _signatures = new();

    /// <param name="region">The region of the service, such as <c>eu-west-1</c>.</param>
    /// <param name="profile">The name of an AWS profile; null for the library's default credentials.</param>
    /// <param name="clock">Tells the time of a signature.</param>
    public AwsSignature(string region, string? profile, TimeProvider clock)
        : this(region, AwsCredentialSource.Of(profile), clock, Service)
    {
    }

    internal AwsSignature(string region, Func<CancellationToken, Task<AWSCredentials>> credentials, TimeProvider clock, string service)
    {
        _region = RegionEndpoint.GetBySystemName(region);
        _credentials = credentials;
        _clock = clock;
        _service = service;
    }

    public override string PermissionAdvice => "Look whether the credentials are the right ones (aws sts get-caller-identity), whether "
        + "-WorkspaceId and -Region fit, whether the IAM policy permits what batches take, and whether this machine's clock is right.";

    public override string Advice
        => "Check which AWS identity is used (aws sts get-caller-identity), that its policies allow the actions of "
            + "aws-external-anthropic, and the region and the workspace; then run the same line again.";

    public override string ToString() => "AWS signature";

    public override string WithoutSecret(string text) => _signatures.RemoveFrom(_keys.RemoveFrom(text));

    public override async ValueTask ApplyAsync(
        HttpRequestMessage request, ReadOnlyMemory<byte> bodyDigest, CancellationToken cancellationToken)
    {
        ImmutableCredentials keys = await KeysAsync(cancellationToken).ConfigureAwait(false);
        _keys.Add(keys.SecretKey);
        if (keys.UseToken)
        {
            _keys.Add(keys.Token);
        }

        AWSSigningRequest signing = new() { HttpMethod = request.Method, RequestUri = request.RequestUri };
        signing.Headers[ContentDigest] = Convert.ToHexString(bodyDigest.Span).ToLowerInvariant();
        foreach ((string name, string value) in Signed(request))
        {
            signing.Headers[name] = value;
        }

        AWSSigningResult signed = AWSSigV4Signer.Sign(signing, new AWSSigV4Parameters
        {
            Credentials = keys.UseToken
                ? new SessionAWSCredentials(keys.AccessKey, keys.SecretKey, keys.Token)
                : new BasicAWSCredentials(keys.AccessKey, keys.SecretKey),
            Region = _region,
            Service = _service,
            SignedAt = _clock.GetUtcNow().UtcDateTime,
        });
        foreach ((string name, string value) in signed.Headers)
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }

        string proof = signed.Headers["Authorization"];
        _signatures.Add(proof[(proof.LastIndexOf('=') + 1)..]);
    }

    private static IEnumerable<(string Name, string Value)> Signed(HttpRequestMessage request)
    {
        if (request.Content?.Headers.ContentType is { } type)
        {
            yield return ("content-type", type.ToString());
        }

        foreach ((string name, HeaderStringValues values) in request.Headers.NonValidated)
        {
            if (name.StartsWith("anthropic-", StringComparison.OrdinalIgnoreCase))
            {
                yield return (name.ToLowerInvariant(), string.Join(", ", values));
            }
        }
    }

    private async Task<ImmutableCredentials> KeysAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Much of what the library does there blocks: it asks the metadata of a machine, or runs a program.
            return await Task.Run(
                async () => await (await _credentials(cancellationToken).ConfigureAwait(false)).GetCredentialsAsync().ConfigureAwait(false),
                cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false)
                ?? throw new InvalidOperationException("there are none.");
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw AwsCredentialSource.Missing(e);
        }
    }
}
