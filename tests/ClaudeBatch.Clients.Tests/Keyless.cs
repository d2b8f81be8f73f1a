using Anthropic;
using Anthropic.Credentials;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Identity;

namespace ClaudeBatch.Clients.Tests;

/// <summary>Both sides' clients without a key, of the same variables and profiles.</summary>
internal static class Keyless
{
    public static AnthropicClient OfficialByProfile(string name)
    {
        CredentialResult found = AnthropicCredentials.Resolve(name, null, null)!;
        return new AnthropicClient(new() { Credentials = found.Credentials, ExtraHeaders = found.ExtraHeaders, MaxRetries = 0 });
    }

    public static ServiceConnection OurByVariables(Clients clients)
    {
        Core.Identity.EnvironmentVariables variables = Core.Identity.EnvironmentVariables.OfProcess;
        FederationRule rule = new(
            variables["ANTHROPIC_FEDERATION_RULE_ID"]!, variables["ANTHROPIC_ORGANIZATION_ID"], variables["ANTHROPIC_SERVICE_ACCOUNT_ID"], variables["ANTHROPIC_WORKSPACE_ID"]);
        FileIdentityToken identity = new(variables["ANTHROPIC_IDENTITY_TOKEN_FILE"]!);
        CredentialsFile file = new(Path.Combine(clients.Folder, "own", "token.json"));
        return Connection(clients, new FederatedTokens(rule, identity, Exchange(clients), file, TimeProvider.System));
    }

    public static ServiceConnection OurByProfile(Clients clients, string name)
    {
        Profile profile = Profile.Load(ProfileFolder.Find(Core.Identity.EnvironmentVariables.OfProcess)!, name);
        TokenSource source = profile.Type == ProfileType.UserOAuth
            ? new OAuthTokens(profile, Exchange(clients), TimeProvider.System)
            : new FederatedTokens(
                new FederationRule(profile.FederationRuleId!, profile.OrganizationId, profile.ServiceAccountId, profile.WorkspaceId),
                profile.IdentityToken(Core.Identity.EnvironmentVariables.OfProcess)!,
                Exchange(clients),
                new CredentialsFile(profile.CredentialsPath),
                TimeProvider.System);
        return Connection(clients, source, source.NamesWorkspace ? profile.WorkspaceId : null);
    }

    private static ServiceConnection Connection(Clients clients, TokenSource source, string? workspace = null)
        => new(clients.Front.Address, new TokenCredential(source, TimeProvider.System)) { WorkspaceId = workspace };

    private static TokenExchange Exchange(Clients clients) => new(
        clients.Front.Address, new Lazy<HttpMessageInvoker>(static () => new HttpMessageInvoker(HttpTransport.Create())), TimeProvider.System);
}
