using ClaudeBatch.Core.Api;

namespace ClaudeBatch;

/// <summary>What a connection to another platform than the Claude API is made of.</summary>
/// <param name="Name">The platform as the connection shows it, which is the switch of Connect-ClaudeBatch.</param>
/// <param name="Service">What the engine has to know of it.</param>
/// <param name="Parameters">The parameters with which Connect-ClaudeBatch is told the platform in another process.</param>
/// <param name="BaseUri">The address.</param>
/// <param name="WorkspaceId">The workspace; null where the address alone names it.</param>
/// <param name="Credential">The credential.</param>
/// <param name="KeySource">Where the credential comes from, for people.</param>
/// <param name="Origin">From where another process can get it; null where it cannot.</param>
/// <param name="ScheduleAdvice">What a schedule can be given instead, as whole sentences.</param>
internal sealed record PlatformConnection(
    string Name,
    ServicePlatform Service,
    KeyOrigin Parameters,
    Uri BaseUri,
    string? WorkspaceId,
    ServiceCredential Credential,
    string KeySource,
    KeyOrigin? Origin,
    string ScheduleAdvice);
