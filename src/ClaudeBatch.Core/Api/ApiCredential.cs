using System.Net.Http.Headers;

namespace ClaudeBatch.Core.Api;

/// <summary>What proves who is calling. The secret leaves this type only as a header of a request.</summary>
public sealed class ApiCredential
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

    /// <summary>How the credential travels, for people: never the credential.</summary>
    public override string ToString() => _isBearer ? "bearer token" : "API key";

    internal void Apply(HttpRequestHeaders headers)
    {
        if (_isBearer)
        {
            headers.Authorization = new AuthenticationHeaderValue("Bearer", _secret);
        }
        else
        {
            headers.TryAddWithoutValidation("x-api-key", _secret);
        }
    }
}
