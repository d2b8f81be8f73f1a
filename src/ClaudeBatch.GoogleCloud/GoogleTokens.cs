using ClaudeBatch.Core;
using ClaudeBatch.Core.Api;
using Google.Apis.Auth.OAuth2;

namespace ClaudeBatch.GoogleCloud;

/// <summary>Access tokens of Google's application default credentials. The library keeps a token and renews it minutes before its end.</summary>
public sealed class GoogleTokens
{
    private const string Scope = "https://www.googleapis.com/auth/cloud-platform";

    // A credential that is scoped anew has no token yet.
    private ITokenAccess? _scoped;

    /// <summary>Gives a token. It is called by one request at a time.</summary>
    /// <exception cref="ClaudeBatchException"><c>GoogleCredentialsMissing</c>.</exception>
    public async ValueTask<string> GetAsync(CancellationToken cancellationToken)
    {
        try
        {
            _scoped ??= (ITokenAccess)(await GoogleCredential.GetApplicationDefaultAsync(cancellationToken).ConfigureAwait(false))
                .CreateScoped(Scope).UnderlyingCredential;
            return await _scoped.GetAccessTokenForRequestAsync(null, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw CredentialFailure.Of(
                "GoogleCredentialsMissing",
                "No access token of Google's default credentials could be had",
                e,
                "Sign in with gcloud auth application-default login, name a file in GOOGLE_APPLICATION_CREDENTIALS, or run where a "
                    + "service account is attached. A process keeps what it has found: run the same line in a new shell.");
        }
    }
}
