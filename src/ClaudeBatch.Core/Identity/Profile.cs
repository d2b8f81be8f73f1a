namespace ClaudeBatch.Core.Identity;

/// <summary>A profile as the official SDKs and the <c>ant</c> tool write it, with its gaps filled from the environment. It has no secret.</summary>
public sealed partial record Profile
{
    public required string Name { get; init; }

    /// <summary>The file that it was read from.</summary>
    public required string Path { get; init; }

    public required ProfileType Type { get; init; }

    /// <summary>The rule by which a token is exchanged. A federation profile has one.</summary>
    public string? FederationRuleId { get; init; }

    /// <summary>The organization's id. A federation profile has one.</summary>
    public string? OrganizationId { get; init; }

    public string? ServiceAccountId { get; init; }

    public string? WorkspaceId { get; init; }

    /// <summary>The address of the service; null for the usual one.</summary>
    public Uri? BaseUrl { get; init; }

    /// <summary>The file with the identity token; null where the profile names none and <c>ANTHROPIC_IDENTITY_TOKEN_FILE</c> is not set.
    /// </summary>
    public string? IdentityTokenPath { get; init; }

    /// <summary>The id by which an access token is refreshed; null where it is not refreshed.</summary>
    public string? ClientId { get; init; }

    /// <summary>What the profile says of its scope. It is for people: the service decides.</summary>
    public string? Scope { get; init; }

    /// <summary>The Console that the profile was made with.</summary>
    public string? ConsoleUrl { get; init; }

    /// <summary>The file with the tokens, whether or not it exists.</summary>
    public required string CredentialsPath { get; init; }

    /// <summary>The variables of the environment that filled what the file leaves out.</summary>
    public IReadOnlyList<string> FilledBy { get; init; } = [];

    /// <summary>
    /// Where the identity token of a federation profile comes from: the file, else the variable <c>ANTHROPIC_IDENTITY_TOKEN</c>; null
    /// where neither is there.
    /// </summary>
    public IdentityTokenSource? IdentityToken(EnvironmentVariables environment) => IdentityTokenPath is { } path
        ? new FileIdentityToken(path)
        : environment[VariableIdentityToken.DefaultName] is not null
            ? new VariableIdentityToken(VariableIdentityToken.DefaultName, environment)
            : null;

    /// <summary>Reads a profile.</summary>
    /// <param name="folder">The folder of the profiles; its environment fills what the file leaves out.</param>
    /// <param name="name">The name of the profile.</param>
    /// <exception cref="ClaudeBatchException">
    /// <c>ProfileNameInvalid</c>, <c>ProfileNotFound</c>, <c>ProfileUnreadable</c>, <c>ProfileWritable</c>, <c>ProfileNotJson</c>,
    /// <c>ProfileInvalid</c>, <c>ProfileTooNew</c>, <c>ProfileTypeUnknown</c>, <c>ProfileTokenSourceUnknown</c>,
    /// <c>ProfileIncomplete</c>; of its address those of <see cref="Api.ServiceConnection.Checked"/>.
    /// </exception>
    public static Profile Load(ProfileFolder folder, string name) => new Reader(folder, name).Read();
}
