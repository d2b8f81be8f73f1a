namespace ClaudeBatch.Core.Identity;

/// <summary>What a credentials file holds. Its text tells no secret.</summary>
public sealed class StoredCredentials
{
    /// <summary>Null where the file has none.</summary>
    public string? AccessToken { get; init; }

    /// <summary>When the access token expires; null where it never does.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public string? RefreshToken { get; init; }

    public string? Scope { get; init; }

    public string? OrganizationId { get; init; }

    public string? OrganizationName { get; init; }

    public string? AccountEmail { get; init; }

    /// <summary>What a user should look at, as a sentence: the file belongs to somebody else.</summary>
    public string? Warning { get; init; }

    public override string ToString() => AccessToken is null ? "no token" : "an access token";
}
