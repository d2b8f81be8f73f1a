using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Identity;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.CrashProbe;

/// <summary>The credential that the options name: a key, a federation rule with an identity token's file, or a profile.</summary>
internal static class KeylessCredential
{
    public static ServiceCredential Of(Options options, TimeProvider clock)
    {
        TokenExchange exchange = new(options.Server, new Lazy<HttpMessageInvoker>(static () => new HttpMessageInvoker(HttpTransport.Create())), clock);
        if (options.IdentityToken is { } path)
        {
            FederationRule rule = new("fdrl_01Test", new EmulatorPlan().OrganizationId, null, null);
            return new TokenCredential(
                new FederatedTokens(rule, new FileIdentityToken(path), exchange, new CredentialsFile(options.TokenFile!), clock), clock);
        }

        return options.ProfileFolder is { } folder
            ? new TokenCredential(new OAuthTokens(ProfileIn(folder), exchange, clock), clock)
            : ApiCredential.FromKey("sk-ant-test");
    }

    private static Profile ProfileIn(string folder) => Profile.Load(
        Core.Identity.ProfileFolder.Find(new EnvironmentVariables(name => name == "ANTHROPIC_CONFIG_DIR" ? folder : null))!, "default");
}
