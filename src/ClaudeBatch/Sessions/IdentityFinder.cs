using ClaudeBatch.Core;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Identity;

namespace ClaudeBatch.Sessions;

/// <summary>
/// Finds who calls the service where nobody has said so: in the environment and the profiles, in the order of the official SDKs. An empty
/// variable counts as none.
/// </summary>
internal static class IdentityFinder
{
    private const string Key = "ANTHROPIC_API_KEY";

    private const string Token = "ANTHROPIC_AUTH_TOKEN";

    private const string ProfileName = "ANTHROPIC_PROFILE";

    private const string Rule = "ANTHROPIC_FEDERATION_RULE_ID";

    private static readonly string[] s_order = [Key, Token, ProfileName, Rule];

    private static int s_isTold;

    private static EnvironmentVariables Variables => EnvironmentVariables.OfProcess;

    /// <summary>Finds the identity; null where there is none.</summary>
    /// <param name="given">The address that was given; null to take the environment's or the identity's.</param>
    /// <exception cref="ClaudeBatchException">What was found first cannot be used, and why. Nothing else is used in its place.</exception>
    public static FoundIdentity? Find(Uri? given)
    {
        if (Variables[Key] is { } key)
        {
            return new FoundIdentity(ApiCredential.FromKey(key), Key, $"{Key} is set, which comes first.")
            {
                IsOfEnvironment = true,
            };
        }

        if (Variables[Token] is { } token)
        {
            return new FoundIdentity(ApiCredential.FromToken(token), Token, $"{Token} is set, and {Key} is not.")
            {
                IsOfEnvironment = true,
            };
        }

        if (Variables[ProfileName] is { } name)
        {
            return OfProfile(name, given, $"{ProfileName} is set, and neither {Key} nor {Token} is.")
                with { IsOfEnvironment = true };
        }

        return Variables[Rule] is { } rule ? OfVariables(rule, given) : ActiveProfile(given);
    }

    /// <summary>The variables that are set and have no effect, because one before them is set; empty where there is none.</summary>
    public static IReadOnlyList<string> Hidden => [.. s_order.Where(static v => Variables[v] is not null).Skip(1)];

    /// <summary>
    /// Gives, once in a process, what to warn of where a variable hides another; null otherwise, and for a connection that is not the
    /// environment's.
    /// </summary>
    public static string? NextWarning(ClaudeBatchConnection connection)
        => connection.IsOfEnvironment && Hidden is { Count: > 0 } hidden && Interlocked.Exchange(ref s_isTold, 1) == 0
            ? $"{connection.KeySource} says who calls the service; {string.Join(" and ", hidden)} "
                + $"{(hidden.Count == 1 ? "is" : "are")} set, too, and {(hidden.Count == 1 ? "has" : "have")} no effect beside it."
            : null;

    /// <summary>The identity of a profile.</summary>
    /// <param name="name">The profile's name.</param>
    /// <param name="given">The address that was given; null to take the environment's or the profile's.</param>
    /// <param name="why">Why it is this one.</param>
    public static FoundIdentity OfProfile(string name, Uri? given, string why)
        => Of(Profile.Load(Folder(), name), given, why);

    private static FoundIdentity Of(Profile profile, Uri? given, string why)
    {
        Uri address = given ?? ConnectionDefaults.VariableUri ?? profile.BaseUrl ?? ServiceConnection.DefaultBaseAddress;
        return new FoundIdentity(
            TokenCredentials.OfProfile(address, profile), $"profile {profile.Name}", $"{why} It is '{profile.Path}'.")
        {
            BaseUri = address,
            WorkspaceId = profile.WorkspaceId,
            // What variables of this process have a part in, another process does not find.
            Origin = profile.FilledBy.Count == 0 && Variables["ANTHROPIC_CONFIG_DIR"] is null
                ? new KeyOrigin(("-ProfileName", profile.Name))
                : null,
        };
    }

    private static FoundIdentity OfVariables(string rule, Uri? given)
    {
        IdentityTokenSource identity = Variables["ANTHROPIC_IDENTITY_TOKEN_FILE"] is { } path ? new FileIdentityToken(path)
            : Variables[VariableIdentityToken.DefaultName] is not null
                ? new VariableIdentityToken(VariableIdentityToken.DefaultName, Variables)
            : throw new ClaudeBatchException(
                FailureKind.Authentication,
                "IdentityTokenMissing",
                $"{Rule} is set, and neither ANTHROPIC_IDENTITY_TOKEN_FILE nor ANTHROPIC_IDENTITY_TOKEN says where the identity token is.")
            { Target = Rule };
        string organization = Variables["ANTHROPIC_ORGANIZATION_ID"] ?? throw new ClaudeBatchException(
            FailureKind.Authentication,
            "OrganizationMissing",
            $"{Rule} is set, and ANTHROPIC_ORGANIZATION_ID is not: an exchange names the organization by its UUID.")
        { Target = Rule };
        Uri address = given ?? ConnectionDefaults.BaseUri;
        string? workspace = Variables["ANTHROPIC_WORKSPACE_ID"];
        FederationRule federation = new(rule, organization, Variables["ANTHROPIC_SERVICE_ACCOUNT_ID"], workspace);
        return new FoundIdentity(
            TokenCredentials.Federated(address, federation, identity),
            Rule,
            $"{Rule} is set, and none of {string.Join(", ", s_order[..3])} is.")
        { BaseUri = address, WorkspaceId = workspace, IsOfEnvironment = true };
    }

    private static FoundIdentity? ActiveProfile(Uri? given)
    {
        if (ProfileFolder.Find(Variables) is not { } folder)
        {
            return null;
        }

        string name = folder.ActiveName;
        if (folder.Exists(name))
        {
            return Of(Profile.Load(folder, name), given, $"It is the active profile, and none of {string.Join(", ", s_order)} is set.");
        }

        return name == ProfileFolder.DefaultName ? null : throw new ClaudeBatchException(
            FailureKind.NotFound,
            "ProfileNotFound",
            $"'{folder.ActiveFile}' says that the active profile is '{name}', and there is no '{folder.ProfilePath(name)}'. Name another there, "
                + "or remove the file.")
        { Target = name };
    }

    private static ProfileFolder Folder() => ProfileFolder.Find(Variables) ?? throw new ClaudeBatchException(
        FailureKind.NotFound, "ProfileFolderMissing", "This user has no folder for profiles. Name it in ANTHROPIC_CONFIG_DIR.");
}
