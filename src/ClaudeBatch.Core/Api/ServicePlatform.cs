using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace ClaudeBatch.Core.Api;

/// <summary>
/// The platform that runs the service: which calls exist there besides those for batches, and which headers a request carries besides its
/// credential.
/// </summary>
/// <remarks>
/// Every platform that is known here has the calls for batches and their results. Its address is a part of the connection.
/// </remarks>
public sealed partial record ServicePlatform
{
    /// <summary>Anthropic's own platform, which has all calls.</summary>
    public static ServicePlatform ClaudeApi { get; } = new() { Name = "the Claude API", Calls = ServiceCalls.All };

    /// <summary>Claude Platform on AWS. Every request names its workspace.</summary>
    public static ServicePlatform ClaudeOnAws { get; } = new()
    {
        Name = "Claude Platform on AWS",
        Calls = ServiceCalls.All,
        HostEnding = ".api.aws",
    };

    /// <summary>Claude on Google Cloud as Anthropic manages it. The workspace is a part of the address.</summary>
    public static ServicePlatform ClaudeOnGoogleCloud { get; } = new()
    {
        Name = "Claude on Google Cloud",
        Calls = ServiceCalls.All,
        HostEnding = "claude.googleapis.com",
        WorkspaceHeader = null,
    };

    /// <summary>The platform's name as a sentence has it, such as <c>the Claude API</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The calls that the platform has.</summary>
    public required ServiceCalls Calls { get; init; }

    /// <summary>
    /// The name of the header that carries the workspace's id, for a credential that may use several workspaces; null where no header
    /// does.
    /// </summary>
    public string? WorkspaceHeader { get; init; } = "anthropic-workspace-id";

    /// <summary>How the hosts of the platform end.</summary>
    public string HostEnding { get; init; } = ServiceConnection.DefaultBaseAddress.Host;

    /// <summary>The address of Claude Platform on AWS in a region, such as <c>eu-west-1</c>.</summary>
    /// <exception cref="ClaudeBatchException"><c>PlatformValueInvalid</c>.</exception>
    public static Uri AwsAddress(string region) => new($"https://aws-external-anthropic.{AwsRegion(region)}.api.aws/");

    /// <summary>Gives the name of a region where it can be one: it stands in the host that requests are sent to.</summary>
    /// <exception cref="ClaudeBatchException"><c>PlatformValueInvalid</c>.</exception>
    public static string AwsRegion(string region) => RegionName().IsMatch(region) ? region : throw Invalid(region, "an AWS region");

    /// <summary>The address of a workspace on Google Cloud.</summary>
    /// <exception cref="ClaudeBatchException"><c>PlatformValueInvalid</c>.</exception>
    public static Uri GoogleCloudAddress(string project, string location, string workspace) => new(
        "https://claude.googleapis.com/v1/projects/" + PathPart(project, "a Google Cloud project")
            + $"/locations/{PathPart(location, "a location of Google Cloud")}/workspaces/{PathPart(workspace, "a workspace")}/invoke/");

    /// <summary>Whether an address is one of the platform's own, and not a gateway's.</summary>
    public bool Owns(Uri address) => address.Scheme == Uri.UriSchemeHttps && address.IsDefaultPort
        && address.Host.EndsWith(HostEnding, StringComparison.OrdinalIgnoreCase)
        && (HostEnding[0] == '.' || address.Host.Length == HostEnding.Length);

    /// <summary>Throws when the platform lacks a call, before anything is sent.</summary>
    /// <param name="call">The call, as one flag.</param>
    /// <param name="what">The name of the call for the message, which goes on with "does not exist".</param>
    /// <exception cref="ClaudeBatchException"><c>CallNotOnPlatform</c>: the platform lacks the call.</exception>
    public void Require(ServiceCalls call, string what)
    {
        if (!Calls.HasFlag(call))
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument, "CallNotOnPlatform", $"{what} does not exist on {Name}; nothing was sent.");
        }
    }

    /// <summary>
    /// Adds the headers of every request: the API version, the user agent, and the workspace's id where the connection has one.
    /// </summary>
    internal void AddHeaders(HttpRequestHeaders headers, ServiceConnection connection)
    {
        headers.TryAddWithoutValidation("anthropic-version", connection.ApiVersion);
        headers.TryAddWithoutValidation("User-Agent", "ClaudeBatch");
        if (WorkspaceHeader is { } header && connection.WorkspaceId is { } workspace)
        {
            headers.TryAddWithoutValidation(header, workspace);
        }
    }

    private static string PathPart(string value, string what) => PathName().IsMatch(value) ? value : throw Invalid(value, what);

    private static ClaudeBatchException Invalid(string value, string what) => new(
        FailureKind.InvalidArgument, "PlatformValueInvalid", $"'{value}' is not the name of {what}.")
    { Target = value };

    [GeneratedRegex(@"\A[a-z][a-z0-9-]*[a-z0-9]\z")]
    private static partial Regex RegionName();

    // A project of a domain is example.com:project. Nothing that begins so is a dot segment, which would leave the path.
    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._:-]*\z")]
    private static partial Regex PathName();
}
