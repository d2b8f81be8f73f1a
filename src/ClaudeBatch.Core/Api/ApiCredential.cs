using System.Net.Http.Headers;

namespace ClaudeBatch.Core.Api;

/// <summary>
/// A credential whose secret does not change: an API key, or an access token that something outside of this module renews.
/// </summary>
public sealed class ApiCredential : ServiceCredential
{
    private readonly string _secret;
    private readonly bool _isBearer;

    private readonly SecretForms _forms;

    private readonly string _name;

    private readonly string? _advice;

    private ApiCredential(string secret, bool isBearer, string name, string? advice = null)
    {
        if (secret.Length == 0)
        {
            throw new ClaudeBatchException(
                FailureKind.Authentication, "ApiKeyInvalid", "The API key is empty: what was given or read for it has no text.");
        }

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
        _forms = new SecretForms(secret);
        _isBearer = isBearer;
        _name = name;
        _advice = advice;
    }

    /// <summary>Makes a credential of an API key, which is sent in the header <c>x-api-key</c>.</summary>
    /// <exception cref="ClaudeBatchException"><c>ApiKeyInvalid</c>: the key is empty, or holds a character that no key has.</exception>
    public static ApiCredential FromKey(string key) => new(key.Trim(), isBearer: false, "API key");

    /// <summary>Makes a credential of an access token, which is sent in the header <c>Authorization</c> as <c>Bearer</c>.</summary>
    /// <exception cref="ClaudeBatchException"><c>ApiKeyInvalid</c>: the token is empty, or holds a character that no token has.</exception>
    public static ApiCredential FromToken(string token) => new(
        token.Trim(), isBearer: true, "bearer token", "Set ANTHROPIC_AUTH_TOKEN to a valid token, and run the same line again.");

    /// <summary>Makes a credential of a key of the AWS console, which is sent in the header <c>Authorization</c> as <c>Bearer</c>.</summary>
    /// <exception cref="ClaudeBatchException"><c>ApiKeyInvalid</c>: the key is empty, or holds a character that no key has.</exception>
    public static ApiCredential FromAwsKey(string key) => new(
        key.Trim(),
        isBearer: true,
        "API key",
        "Give a key made in the AWS console (keys of the Claude Console do not work there) with Connect-ClaudeBatch -Aws -ApiKey or in "
            + "ANTHROPIC_AWS_API_KEY, and run the same line again.");

    /// <summary>
    /// A key may be one for several workspaces since 2026-08-27; one of a single workspace may name it (anthropic-workspace-id, release notes).
    /// </summary>
    public override bool NamesWorkspace => !_isBearer;

    public override string Advice => _advice ?? base.Advice;

    public override string ToString() => _name;

    public override string WithoutSecret(string text) => _forms.Remove(text);

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
