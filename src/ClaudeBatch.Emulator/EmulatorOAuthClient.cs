namespace ClaudeBatch.Emulator;

/// <summary>A sign-in of a person, of which a profile of the type <c>user_oauth</c> has the refresh token.</summary>
public sealed class EmulatorOAuthClient
{
    public string ClientId { get; set; } = string.Empty;

    /// <summary>The first refresh token. Each refresh gives another one, and ends the one that was used.</summary>
    public string RefreshToken { get; set; } = string.Empty;

    /// <summary>The workspaces of the person, the default one first; none for the plan's WorkspaceId.</summary>
    public string[] WorkspaceIds { get; set; } = [];

    public int TokenLifetimeSeconds { get; set; } = 3_600;

    public string Scope { get; set; } = Scopes.Developer;

    internal void Check()
    {
        if (ClientId.Length == 0 || RefreshToken.Length == 0)
        {
            throw new ArgumentException("Each of the plan's OAuthClients needs a ClientId and a RefreshToken.");
        }
    }
}
