using ClaudeBatch.Core;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Identity;

namespace ClaudeBatch.Sessions;

/// <summary>Makes the credentials whose tokens run out.</summary>
internal static class TokenCredentials
{
    /// <summary>A credential whose tokens are exchanged for identity tokens and kept in a file of ours.</summary>
    public static TokenCredential Federated(Uri address, FederationRule rule, IdentityTokenSource identity) => Federated(
        address, rule, identity, new CredentialsFile(TokenFolder.Find(EnvironmentVariables.OfProcess).FileOf(address, rule)));

    /// <summary>The credential of a profile.</summary>
    /// <exception cref="ClaudeBatchException"><c>IdentityTokenMissing</c>, <c>TokenFolderMissing</c>.</exception>
    public static TokenCredential OfProfile(Uri address, Profile profile)
    {
        if (profile.Type == ProfileType.UserOAuth)
        {
            return new TokenCredential(
                new OAuthTokens(profile, Exchange(address), TimeProvider.System), TimeProvider.System);
        }

        FederationRule rule = new(
            profile.FederationRuleId!, profile.OrganizationId, profile.ServiceAccountId, profile.WorkspaceId);
        IdentityTokenSource identity = profile.IdentityToken(EnvironmentVariables.OfProcess) ?? throw new ClaudeBatchException(
            FailureKind.Authentication,
            "IdentityTokenMissing",
            $"Profile '{profile.Name}' in '{profile.Path}' names no identity token. Give it identity_token with source file and a path, or set "
                + "ANTHROPIC_IDENTITY_TOKEN_FILE.")
        { Target = profile.Path };
        // What the environment has filled in may be something else for the next process, and the profile's own file would not show it.
        return profile.FilledBy.Count > 0
            ? Federated(address, rule, identity)
            : Federated(address, rule, identity, new CredentialsFile(profile.CredentialsPath), isOwn: false);
    }

    private static TokenCredential Federated(
        Uri address, FederationRule rule, IdentityTokenSource identity, CredentialsFile file, bool isOwn = true)
    {
        TokenExchange.CheckAddress(address);
        return new TokenCredential(
            new FederatedTokens(rule, identity, Exchange(address), file, TimeProvider.System, isOwn), TimeProvider.System);
    }

    // Few calls in hours: the transport is made when the first one is.
    private static TokenExchange Exchange(Uri address) => new(
        ServiceConnection.Checked(address), new Lazy<HttpMessageInvoker>(static () => new HttpMessageInvoker(HttpTransport.Create())),
        TimeProvider.System);
}
