using System.Globalization;
using ClaudeBatch.Emulator.Identity;

namespace ClaudeBatch.Emulator.Platforms;

/// <summary>Recognizes callers as Claude Platform on AWS does: by a signature, or by a key that AWS made.</summary>
internal sealed class AwsEntrance(EmulatorAws aws, EmulatorPlan plan, TimeProvider clock) : IEntrance
{
    private const string Service = "aws-external-anthropic";

    private const string DigestHeader = "x-amz-content-sha256";

    private const string SessionHeader = "x-amz-security-token";

    private static readonly TimeSpan s_mostSkew = TimeSpan.FromMinutes(15);

    // Whoever signs has the real time; a rehearsal's clock is ahead of it.
    private readonly TimeProvider _clock = clock is EmulatorClock fast ? fast.Real : clock;

    public async Task<(Caller Caller, EmulatedRequest Request)> AdmitAsync(EmulatedRequest request, CancellationToken cancellationToken)
    {
        if (request.Header("Authorization") is { } authorization
            && authorization.StartsWith(SignatureV4.Algorithm, StringComparison.Ordinal))
        {
            request = Signed(request, authorization);
            if (request.Method != "POST" || request.Path.EndsWith("/cancel", StringComparison.Ordinal))
            {
                await request.CopyBody(Stream.Null, cancellationToken).ConfigureAwait(false); // nobody else looks at the body
            }
        }
        else if ((request.Bearer ?? request.Header("x-api-key")) is not { } key)
        {
            throw Refused("Missing Authentication Token");
        }
        else if (!aws.ApiKeys.Contains(key))
        {
            throw Refused("The key is not one of Claude Platform on AWS.");
        }

        string workspace = request.Header(EmulatedRequest.WorkspaceHeader)
            ?? throw ServiceError.Invalid("anthropic-workspace-id: header is required");
        return (aws.WorkspaceIds is { Length: > 0 } several ? several.Contains(workspace) : workspace == plan.WorkspaceId)
            ? (new Caller(workspace), request)
            : throw Refused($"anthropic-workspace-id: '{workspace}' is no workspace of this account in {aws.Region}.");
    }

    private static ServiceError Refused(string message) => new(403, "permission_error", message);

    private EmulatedRequest Signed(EmulatedRequest request, string authorization)
    {
        SignatureV4 signature = SignatureV4.Read(authorization) ?? throw Refused("The header Authorization is malformed.");
        string time = request.Header("x-amz-date") ?? throw Refused("The header x-amz-date is missing.");
        string digest = request.Header(DigestHeader) ?? throw Refused($"The header {DigestHeader} is missing.");
        CheckTime(time);
        if (!signature.Scope.SequenceEqual([time[..8], aws.Region, Service, "aws4_request"]))
        {
            throw Refused($"The credential should be scoped to {time[..8]}/{aws.Region}/{Service}/aws4_request.");
        }

        string? session = request.Header(SessionHeader);
        EmulatorAwsKey key = Array.Find(aws.AccessKeys, k => k.Id == signature.KeyId && k.SessionToken == session)
            ?? throw Refused("The security token included in the request is invalid.");
        string[] needed = ["host", "x-amz-date", DigestHeader, .. session is null ? Array.Empty<string>() : [SessionHeader]];
        if (needed.FirstOrDefault(n => !signature.SignedHeaders.Contains(n)) is { } unsigned)
        {
            throw Refused($"The header {unsigned} must be signed.");
        }

        return signature.IsOf(request, time, digest, key.Secret)
            ? request with { CopyBody = (target, token) => CopyAsync(request, digest, target, token) }
            : throw Refused("The request signature we calculated does not match the signature you provided.");
    }

    private void CheckTime(string time)
    {
        const DateTimeStyles utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (!DateTimeOffset.TryParseExact(time, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, utc, out DateTimeOffset signedAt))
        {
            throw Refused("The header x-amz-date is malformed.");
        }

        if ((_clock.GetUtcNow() - signedAt).Duration() > s_mostSkew)
        {
            throw Refused($"Signature expired: {time} is not within 15 minutes of the service's time.");
        }
    }

    private static async Task CopyAsync(EmulatedRequest request, string digest, Stream target, CancellationToken cancellationToken)
    {
        using DigestStream hashed = new(target);
        await request.CopyBody(hashed, cancellationToken).ConfigureAwait(false);
        if (hashed.Digest() != digest)
        {
            throw Refused($"The body is not that of the header {DigestHeader}.");
        }
    }
}
