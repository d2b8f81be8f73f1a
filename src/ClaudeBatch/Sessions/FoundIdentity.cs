using ClaudeBatch.Core.Api;

namespace ClaudeBatch.Sessions;

/// <summary>Who calls the service, and how that was found.</summary>
/// <param name="Credential">The credential.</param>
/// <param name="Source">Where it comes from, such as <c>ANTHROPIC_API_KEY</c>.</param>
/// <param name="Why">Why it is this one: a sentence.</param>
internal sealed record FoundIdentity(ServiceCredential Credential, string Source, string Why)
{
    /// <summary>Whether a variable of the environment has said who it is.</summary>
    public bool IsOfEnvironment { get; init; }

    /// <summary>The address that the identity brings along; null where it brings none.</summary>
    public Uri? BaseUri { get; init; }

    /// <summary>The workspace that the identity brings along; null where it brings none.</summary>
    public string? WorkspaceId { get; init; }

    /// <summary>How another process gets the same; null where it cannot, or from the environment alone.</summary>
    public KeyOrigin? Origin { get; init; }
}
