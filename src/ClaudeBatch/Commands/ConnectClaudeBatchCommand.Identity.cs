using System.Management.Automation;
using ClaudeBatch.Core.Identity;
using ClaudeBatch.Pipeline;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <content>Identities without a key: a federation rule, and a profile.</content>
public sealed partial class ConnectClaudeBatchCommand
{
    private const string ProfileSet = "Profile";

    private const string PathIdentitySet = "FederationByPath";

    private const string ScriptIdentitySet = "FederationByScript";

    private const string ProviderIdentitySet = "FederationByProvider";

    /// <summary>The id of the federation rule by which the service takes identity tokens, such as <c>fdrl_…</c>.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PathIdentitySet)]
    [Parameter(Mandatory = true, ParameterSetName = ScriptIdentitySet)]
    [Parameter(Mandatory = true, ParameterSetName = ProviderIdentitySet)]
    [ValidateNotNullOrEmpty]
    public string? FederationRuleId { get; set; }

    /// <summary>The id of the organization at the service, a UUID.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PathIdentitySet)]
    [Parameter(Mandatory = true, ParameterSetName = ScriptIdentitySet)]
    [Parameter(Mandatory = true, ParameterSetName = ProviderIdentitySet)]
    [ValidateNotNullOrEmpty]
    public string? OrganizationId { get; set; }

    /// <summary>The id of the service account that the rule leads to, such as <c>svac_…</c>.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PathIdentitySet)]
    [Parameter(Mandatory = true, ParameterSetName = ScriptIdentitySet)]
    [Parameter(Mandatory = true, ParameterSetName = ProviderIdentitySet)]
    [ValidateNotNullOrEmpty]
    public string? ServiceAccountId { get; set; }

    /// <summary>The file with the identity token, which is read anew for each exchange.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PathIdentitySet)]
    [ValidateNotNullOrEmpty]
    public string? IdentityTokenPath { get; set; }

    /// <summary>Gives a fresh identity token as one text. It runs in this shell, between the steps of a job.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ScriptIdentitySet)]
    [TokenScriptTransformation("a token in a file is given by -IdentityTokenPath")]
    public ScriptBlock? IdentityToken { get; set; }

    /// <summary>The platform that this runs on, which gives identity tokens itself.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ProviderIdentitySet)]
    public IdentityProvider IdentityProvider { get; set; }

    /// <summary>The audience that an identity token is asked for, as the rule at the service has it.</summary>
    [Parameter(ParameterSetName = ProviderIdentitySet)]
    [ValidateNotNullOrEmpty]
    public string? IdentityAudience { get; set; }

    /// <summary>The name of a profile that the official tools have written.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ProfileSet)]
    [ValidateNotNullOrEmpty]
    public string? ProfileName { get; set; }

    private FoundIdentity Federation()
    {
        Uri address = BaseUri ?? ConnectionDefaults.BaseUri;
        FederationRule rule = new(FederationRuleId!.Trim(), OrganizationId!.Trim(), ServiceAccountId!.Trim(), Blank(WorkspaceId));
        TokenCredential credential = TokenCredentials.Federated(address, rule, TokenOfProvider());
        return new FoundIdentity(credential, credential.Source.Description, Given("FederationRuleId"))
        {
            BaseUri = address,
            Origin = ParameterSetName == ScriptIdentitySet ? null : new KeyOrigin(
            [
                ("-FederationRuleId", rule.RuleId),
                ("-OrganizationId", rule.OrganizationId),
                ("-ServiceAccountId", rule.ServiceAccountId),
                .. ParameterSetName == PathIdentitySet
                    ? new[] { ("-IdentityTokenPath", (string?)GetUnresolvedProviderPathFromPSPath(IdentityTokenPath!)) }
                    : [("-IdentityProvider", IdentityProvider.ToString())],
                .. IdentityAudience is null ? [] : new[] { ("-IdentityAudience", (string?)IdentityAudience) },
            ]),
        };
    }

    private IdentityTokenSource TokenOfProvider() => ParameterSetName switch
    {
        PathIdentitySet => new FileIdentityToken(GetUnresolvedProviderPathFromPSPath(IdentityTokenPath!)),
        ScriptIdentitySet => new ScriptIdentityToken(IdentityToken!),
        _ => IdentityProviders.Source(IdentityProvider, IdentityAudience),
    };

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
