using System.Net.Http.Headers;

namespace ClaudeBatch.Core.Api;

/// <summary>A secret that is given once and sent as it is: an API key, or an access token that somebody else renews.</summary>
public sealed class ApiCredential : ServiceCredential
{
    private readonly string _secret;
    private readonly bool _isBearer;

    private ApiCredential(string secret, bool isBearer)
    {
        // A key pasted with a line break would otherwise fail deep inside the HTTP stack, with the key in the message.
        foreach (char c in secret)
        {
            if (c is <= ' ' or > '~')
            {
                throw new ClaudeBatchException(
                    FailureKind.Authentication,
                    "ApiKeyInvalid",
                    "The API key holds a space, a line break or another character that no key has. Give it again without it.");
            }
        }

        _secret = secret;
        _isBearer = isBearer;
    }

    /// <summary>An API key, sent as <c>x-api-key</c>.</summary>
    public static ApiCredential FromKey(string key) => new(key.Trim(), isBearer: false);

    /// <summary>An access token, sent as <c>Authorization: Bearer</c>.</summary>
    public static ApiCredential FromToken(string token) => new(token.Trim(), isBearer: true);

    public override string ToString() => _isBearer ? "bearer token" : "API key";

    public override ValueTask ApplyAsync(HttpRequestMessage request, ReadOnlyMemory<byte> bodyDigest, CancellationToken cancellationToken)
    {
        if (_isBearer)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _secret);
        }
        else
        {
            request.Headers.TryAddWithoutValidation("x-api-key", _secret);
        }

        return ValueTask.CompletedTask;
    }
}
