namespace ClaudeBatch.Core.Identity;

/// <summary>Makes a token of what a credentials file holds.</summary>
internal static class StoredToken
{
    public static AccessToken? Of(StoredCredentials? stored, SecretKeeper secrets)
    {
        secrets.Add(stored?.RefreshToken);
        secrets.Add(stored?.AccessToken);
        secrets.WarnOnce(stored?.Warning);
        return stored?.AccessToken is { } text ? new AccessToken(text, stored.ExpiresAt, stored.Scope) : null;
    }
}
