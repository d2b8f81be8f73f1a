using ClaudeBatch.Core.Identity;

namespace ClaudeBatch.Sessions;

/// <summary>The sources of identity tokens of the platforms.</summary>
internal static class IdentityProviders
{
    public static IdentityTokenSource Source(IdentityProvider provider, string? audience) => provider switch
    {
        IdentityProvider.GitHubActions => new GitHubActionsIdentityToken(audience),
        IdentityProvider.AzureManagedIdentity when string.IsNullOrWhiteSpace(audience) => throw AzureManagedIdentityToken.AudienceMissing(),
        IdentityProvider.AzureManagedIdentity => new AzureManagedIdentityToken(audience),
        _ => new KubernetesIdentityToken(audience),
    };
}
