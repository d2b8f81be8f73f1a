using System.Management.Automation;
using System.Net;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Pipeline;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <content>The platforms that run the service besides Anthropic's own.</content>
public sealed partial class ConnectClaudeBatchCommand
{
    private const string AwsSet = "Aws";

    private const string GoogleCloudSet = "GoogleCloud";

    [Parameter(Mandatory = true, ParameterSetName = AwsSet)]
    public SwitchParameter Aws { get; set; }

    [Parameter(ParameterSetName = AwsSet)]
    public string? Region { get; set; }

    /// <summary>A profile of the AWS tools, whose credentials sign the requests.</summary>
    [Parameter(ParameterSetName = AwsSet)]
    [ValidateNotNullOrEmpty]
    public string? AwsProfile { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = GoogleCloudSet)]
    public SwitchParameter GoogleCloud { get; set; }

    [Parameter(ParameterSetName = GoogleCloudSet)]
    public string? Project { get; set; }

    [Parameter(ParameterSetName = GoogleCloudSet)]
    public string? Location { get; set; }

    /// <summary>Gives an access token of Google, in place of the default credentials.</summary>
    [Parameter(ParameterSetName = GoogleCloudSet)]
    [ValidateNotNull]
    [TokenScriptTransformation("without it, Google's default credentials are used")]
    public ScriptBlock? AccessToken { get; set; }

    private PlatformConnection? Platform() => ParameterSetName switch
    {
        AwsSet => PlatformConnections.Aws(Region, WorkspaceId, BaseUri, AwsProfile, AwsKey()),
        GoogleCloudSet => PlatformConnections.GoogleCloud(
            Project, Location, WorkspaceId, BaseUri, AccessToken is null ? null : TokenOf(AccessToken)),
        _ => null,
    };

    private (ApiCredential Credential, string Source, KeyOrigin? Origin)? AwsKey()
    {
        string[] given = [.. new[] { nameof(ApiKey), nameof(ApiKeyPath), nameof(SecretName), nameof(AwsProfile) }
            .Where(IsGiven)];
        return given switch
        {
            [nameof(ApiKey)] => (KeyOf(new NetworkCredential(string.Empty, ApiKey).Password), "-ApiKey", null),
            [nameof(ApiKeyPath)] => (FromFile(ExistingFile(ApiKeyPath!)), ApiKeyPath!, KeyOrigin.OfFile(ExistingFile(ApiKeyPath!))),
            [nameof(SecretName)] => (FromVault(), $"secret {SecretName}", KeyOrigin.OfSecret(SecretName!, VaultName)),
            [] or [nameof(AwsProfile)] => null,
            _ => throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "ParameterConflict",
                $"A connection has one credential, and here are {given.Length}: -{string.Join(", -", given)}. Leave all but one out."),
        };
    }

    private static Func<CancellationToken, ValueTask<string>> TokenOf(ScriptBlock block)
        => new ScriptToken(block, "-AccessToken", "use Google's default credentials").GetAsync;

    private ApiCredential KeyOf(string text) => ParameterSetName == AwsSet ? ApiCredential.FromAwsKey(text) : ApiCredential.FromKey(text);
}
