namespace ClaudeBatch.Emulator;

/// <summary>A federation rule: which tokens of an issuer it takes, and for which service account it gives access.</summary>
public sealed class EmulatorRule
{
    /// <summary>The id that an exchange names; it begins with <c>fdrl_</c>.</summary>
    public string Id { get; set; } = string.Empty;

    public string Issuer { get; set; } = string.Empty;

    /// <summary>The claim <c>sub</c> that a token must have; null for any.</summary>
    public string? Subject { get; set; }

    /// <summary>What must be among the claim <c>aud</c> of a token; null for any.</summary>
    public string? Audience { get; set; }

    /// <summary>The service account; null where an exchange may name any.</summary>
    public string? ServiceAccountId { get; set; }

    /// <summary>The workspaces that a token can be for; none for the plan's WorkspaceId.</summary>
    public string[] WorkspaceIds { get; set; } = [];

    public int TokenLifetimeSeconds { get; set; } = 3_600;

    public string Scope { get; set; } = Scopes.Developer;

    internal void Check()
    {
        if (!WireId.IsOf(Id, WireId.Rule))
        {
            throw new ArgumentException($"'{Id}' is no Id of a rule of Federation.Rules; it begins with fdrl_.");
        }

        if (TokenLifetimeSeconds is < 60 or > 86_400)
        {
            throw new ArgumentException($"The TokenLifetimeSeconds of the rule '{Id}' lie between 60 and 86400.");
        }
    }
}
