using System.Runtime.CompilerServices;
using ClaudeBatch.Aws;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Api;
using ClaudeBatch.GoogleCloud;

namespace ClaudeBatch.Sessions;

/// <summary>Makes connections to the platforms, of what is given and of the variables that the official clients read. An empty value is none.</summary>
internal static class PlatformConnections
{
    private const string Profile = "-AwsProfile";

    // In the library's order. What only this process has is no origin for another.
    private static readonly string[] s_ofProcess =
    [
        "AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_PROFILE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    ];

    // A program that gives tokens may take a second, and a token of Google lives for an hour.
    private static readonly TimeSpan s_tokenKept = TimeSpan.FromMinutes(5);

    /// <exception cref="ClaudeBatchException"><c>PlatformValueMissing</c>, <c>PlatformValueInvalid</c>, <c>AddressInvalid</c>.</exception>
    public static PlatformConnection Aws(
        string? region,
        string? workspace,
        Uri? address,
        string? profile,
        (ApiCredential Credential, string Source, KeyOrigin? Origin)? key)
    {
        const string advice = "Say where it finds one: -ApiKeyPath (a file with the key alone, chmod 600), -SecretName, or "
            + "-EnvironmentFile (a file with a line ANTHROPIC_AWS_API_KEY=..., or with those of AWS); or connect with -AwsProfile.";
        region = Given(region) ?? Variable("AWS_REGION") ?? Variable("AWS_DEFAULT_REGION");
        address ??= ConnectionDefaults.AddressIn("ANTHROPIC_AWS_BASE_URL");
        if (key is null && profile is null && Variable("ANTHROPIC_AWS_API_KEY") is { } variable)
        {
            key = (ApiCredential.FromAwsKey(variable), "ANTHROPIC_AWS_API_KEY", null);
        }

        // A key at another address than the platform's own needs no region; a signature names it.
        if (region is not null || key is null || address is null)
        {
            region = ServicePlatform.AwsRegion(region ?? throw Missing("-Region", "AWS_REGION"));
        }

        (ServiceCredential credential, string source, KeyOrigin? origin) = key ?? Signing(region!, profile);
        return new PlatformConnection(
            nameof(Aws),
            ServicePlatform.ClaudeOnAws,
            region is null ? new KeyOrigin(("-Aws", null)) : new KeyOrigin(("-Aws", null), ("-Region", region)),
            address ?? ServicePlatform.AwsAddress(region!),
            Given(workspace) ?? Variable("ANTHROPIC_AWS_WORKSPACE_ID") ?? throw Missing("-WorkspaceId", "ANTHROPIC_AWS_WORKSPACE_ID"),
            credential,
            source,
            origin,
            advice);
    }

    /// <param name="project">The project.</param>
    /// <param name="location">The location; <c>global</c> where neither it nor its variable is given.</param>
    /// <param name="workspace">The workspace, which stands in the address.</param>
    /// <param name="address">An address in place of the platform's, with all of the path that stands before the API's own.</param>
    /// <param name="token">Gives an access token; null for Google's default credentials.</param>
    /// <exception cref="ClaudeBatchException"><c>PlatformValueMissing</c>, <c>PlatformValueInvalid</c>, <c>AddressInvalid</c>.</exception>
    public static PlatformConnection GoogleCloud(
        string? project, string? location, string? workspace, Uri? address, Func<CancellationToken, ValueTask<string>>? token)
    {
        const string advice = "A schedule runs no script block and has no variables of this shell. Connect with Google's default "
            + "credentials of this user or machine, or give -EnvironmentFile (a file with a line GOOGLE_APPLICATION_CREDENTIALS=...), or "
            + "register a script that connects by itself (-ScriptPath).";
        project = Given(project) ?? Variable("ANTHROPIC_GOOGLE_CLOUD_PROJECT") ?? Variable("GOOGLE_CLOUD_PROJECT");
        location = Given(location) ?? Variable("ANTHROPIC_GOOGLE_CLOUD_LOCATION") ?? "global";
        workspace = Given(workspace) ?? Variable("ANTHROPIC_GOOGLE_CLOUD_WORKSPACE_ID");
        address ??= ConnectionDefaults.AddressIn("ANTHROPIC_GOOGLE_CLOUD_BASE_URL") ?? ServicePlatform.GoogleCloudAddress(
            project ?? throw Missing("-Project", "ANTHROPIC_GOOGLE_CLOUD_PROJECT"),
            location,
            workspace ?? throw Missing("-WorkspaceId", "ANTHROPIC_GOOGLE_CLOUD_WORKSPACE_ID"));
        bool isOfVariable = Variable("GOOGLE_APPLICATION_CREDENTIALS") is not null;
        return new PlatformConnection(
            nameof(GoogleCloud),
            ServicePlatform.ClaudeOnGoogleCloud,
            new KeyOrigin(("-GoogleCloud", null)),
            address,
            workspace,
            token is null ? Token(DefaultToken(), TimeSpan.Zero) : Token(token, s_tokenKept),
            token is not null ? "-AccessToken" : isOfVariable ? "GOOGLE_APPLICATION_CREDENTIALS" : "Google's default credentials",
            token is not null || isOfVariable ? null : new KeyOrigin(),
            advice);
    }

    private static (ServiceCredential Credential, string Source, KeyOrigin? Origin) Signing(string region, string? profile)
    {
        string? ofProcess = s_ofProcess.FirstOrDefault(static n => Variable(n) is not null);
        (string source, KeyOrigin? origin) = (profile, ofProcess) switch
        {
            ({ } named, _) => ($"AWS profile {named}", new KeyOrigin((Profile, named))),
            (_, "AWS_PROFILE") => ("AWS_PROFILE", new KeyOrigin((Profile, Variable("AWS_PROFILE")))),
            (_, { } variable) => (variable, (KeyOrigin?)null),
            _ => ("AWS's default credentials", new KeyOrigin()),
        };
        return (Signature(region, profile), source, origin);
    }

    // These two load the libraries of their platform, and are called by nobody who does without them.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static AwsSignature Signature(string region, string? profile) => new(region, profile, TimeProvider.System);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Func<CancellationToken, ValueTask<string>> DefaultToken() => new GoogleTokens().GetAsync;

    private static AccessTokenCredential Token(Func<CancellationToken, ValueTask<string>> token, TimeSpan keepFor) => new(
        token,
        keepFor,
        TimeProvider.System,
        "Check which Google identity gives the token, and its roles in the project (roles/claude.user); then run the same line again.");

    private static string? Variable(string name) => Given(Environment.GetEnvironmentVariable(name));

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static ClaudeBatchException Missing(string parameter, string variable) => new(
        FailureKind.InvalidArgument, "PlatformValueMissing", $"{parameter} is needed: give it, or set {variable}.")
    { Target = parameter };
}
