using System.Net.Http.Headers;

namespace ClaudeBatch.Core.Api;

/// <summary>
/// The platform that runs the service: which calls exist there besides those for batches, and which headers a request carries besides its
/// credential.
/// </summary>
/// <remarks>
/// Every platform that is known here has the calls for batches and their results. Its address is a part of the connection.
/// </remarks>
public sealed record ServicePlatform
{
    /// <summary>Anthropic's own platform, which has all calls.</summary>
    public static ServicePlatform ClaudeApi { get; } = new() { Name = "the Claude API", Calls = ServiceCalls.All };

    /// <summary>The platform's name as a sentence has it, such as <c>the Claude API</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The calls that the platform has.</summary>
    public required ServiceCalls Calls { get; init; }

    /// <summary>The name of the header that carries the workspace's id, for a credential that may use several workspaces.</summary>
    public string WorkspaceHeader { get; init; } = "anthropic-workspace-id";

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
        if (connection.WorkspaceId is { } workspace)
        {
            headers.TryAddWithoutValidation(WorkspaceHeader, workspace);
        }
    }
}

/// <summary>Calls that a platform may lack.</summary>
[Flags]
public enum ServiceCalls
{
    None = 0,

    /// <summary><c>POST /v1/messages/count_tokens</c>.</summary>
    CountTokens = 1,

    /// <summary><c>POST /v1/messages</c>.</summary>
    Messages = 2,

    /// <summary><c>GET /v1/models</c>.</summary>
    Models = 4,

    All = CountTokens | Messages | Models,
}
