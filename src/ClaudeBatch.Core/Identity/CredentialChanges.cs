namespace ClaudeBatch.Core.Identity;

/// <summary>New tokens for a credentials file. What is null is left in the file as it is there.</summary>
/// <param name="accessToken">The access token.</param>
/// <param name="expiresAt">When it expires; null where it never does, which is written too.</param>
public sealed class CredentialChanges(string accessToken, DateTimeOffset? expiresAt)
{
    public string AccessToken => accessToken;

    public DateTimeOffset? ExpiresAt => expiresAt;

    /// <summary>The token for the next refresh, where the service has given a new one.</summary>
    public string? RefreshToken { get; init; }

    public string? Scope { get; init; }

    public string? OrganizationId { get; init; }

    public override string ToString() => "new tokens";
}
