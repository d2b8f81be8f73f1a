using System.Net.Http.Headers;

namespace ClaudeBatch.Core.Api;

/// <summary>Where the service is run: which calls exist there besides those of batches, and what each request carries besides its credential.</summary>
/// <remarks>Batches and their results are on every platform that is known here. The address, with the path it begins with, is the connection's.</remarks>
public sealed record ServicePlatform
{
    /// <summary>The service's own API.</summary>
    public static ServicePlatform ClaudeApi { get; } = new() { Name = "the Claude API", Calls = ServiceCalls.All };

    /// <summary>As it stands in a sentence.</summary>
    public required string Name { get; init; }

    /// <summary>The calls that exist there.</summary>
    public required ServiceCalls Calls { get; init; }

    /// <summary>The header that names the workspace, for credentials that span several.</summary>
    public string WorkspaceHeader { get; init; } = "anthropic-workspace-id";

    /// <summary>Refuses a call that the platform does not have, before anything is sent.</summary>
    /// <param name="call">One call.</param>
    /// <param name="what">What it does, as it stands before "does not exist".</param>
    /// <exception cref="ClaudeBatchException"><c>CallNotOnPlatform</c>.</exception>
    public void Require(ServiceCalls call, string what)
    {
        if (!Calls.HasFlag(call))
        {
            throw new ClaudeBatchException(FailureKind.InvalidArgument, "CallNotOnPlatform", $"{what} does not exist on {Name}; nothing was sent.");
        }
    }

    /// <summary>Adds what every request carries: the version of the service's language, and the workspace where the credential spans several.</summary>
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
