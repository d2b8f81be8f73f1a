using System.Runtime.Loader;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.Runtime.Credentials;
using Amazon.RuntimeDependencies;
using Amazon.SecurityToken;
using Amazon.SSO;
using Amazon.SSOOIDC;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Api;

namespace ClaudeBatch.Aws;

/// <summary>Where AWS credentials come from: a profile, or the library's default order.</summary>
internal static class AwsCredentialSource
{
    private const string Library = "AWSSDK.SecurityToken";

    // The library looks for these by name in the whole process and would take another module's.
    static AwsCredentialSource()
    {
        GlobalRuntimeDependencyRegistry registry = GlobalRuntimeDependencyRegistry.Instance;
        registry.RegisterSSOClient(static context => new AmazonSSOClient(
            new AnonymousAWSCredentials(), new AmazonSSOConfig { RegionEndpoint = context.SSOClientContextData.Region }));
        registry.RegisterSSOOIDCClient(static context => new AmazonSSOOIDCClient(
            new AnonymousAWSCredentials(), new AmazonSSOOIDCConfig { RegionEndpoint = context.SSOOIDCClientContextData.Region }));
        // Registered, this one would lose the credentials that a role is assumed with. Of several in the process the first is taken.
        _ = typeof(AmazonSecurityTokenServiceClient).Assembly;
    }

    /// <summary>Gives what finds the credentials of a profile, or by default.</summary>
    /// <param name="profile">The name of the profile; null for the default order.</param>
    public static Func<CancellationToken, Task<AWSCredentials>> Of(string? profile)
    {
        if (profile is null)
        {
            return static token => DefaultAWSCredentialsIdentityResolver.GetCredentialsAsync().WaitAsync(token);
        }

        Lazy<AWSCredentials> found = new(() => Named(profile), LazyThreadSafetyMode.PublicationOnly);
        return _ => Task.FromResult(found.Value);
    }

    /// <summary>Makes the one error for credentials that could not be had, of what the library has thrown.</summary>
    public static ClaudeBatchException Missing(Exception cause)
    {
        bool isTaken = AssemblyLoadContext.All.Any(static c => c != AssemblyLoadContext.GetLoadContext(typeof(AwsCredentialSource).Assembly)
            && c.Assemblies.Any(static a => a.GetName().Name == Library));
        return CredentialFailure.Of(
            "AwsCredentialsMissing",
            "No AWS credentials could be had",
            Told(cause),
            (isTaken
                ? "Another module of this shell had loaded its own AWS libraries, which can be the cause: in a new shell, connect before "
                    + "it is imported. "
                : string.Empty)
                + "Sign in or set them up as for the AWS tools (AWS_PROFILE, a role of this machine, aws sso login), name a profile "
                + "with -AwsProfile, or give a key; then run the same line again.");
    }

    // Of the places where the library has looked in vain it writes one line each, with a number.
    private static Exception Told(Exception cause)
    {
        string[] lines = cause.Message.Split('\n', StringSplitOptions.TrimEntries);
        string[] places = [.. lines.Where(static l => l.StartsWith("Exception ", StringComparison.Ordinal))
            .Select(static l => l[(l.IndexOf(':') + 1)..].Trim(' ', '.'))];
        return places.Length == 0 ? cause : new InvalidOperationException(string.Join("; ", places), cause);
    }

    private static AWSCredentials Named(string profile)
        => new CredentialProfileStoreChain().TryGetAWSCredentials(profile, out AWSCredentials found)
            ? found
            : throw new InvalidOperationException($"there is no AWS profile '{profile}' with credentials.");
}
