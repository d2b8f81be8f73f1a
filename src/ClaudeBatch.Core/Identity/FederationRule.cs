namespace ClaudeBatch.Core.Identity;

/// <summary>The federation rule by which the service exchanges identity tokens, and what the exchange is asked for.</summary>
/// <param name="RuleId">The id of the rule, such as <c>fdrl_…</c>.</param>
/// <param name="OrganizationId">The organization's id, a UUID.</param>
/// <param name="ServiceAccountId">The id of the service account, such as <c>svac_…</c>; null where the rule alone decides.</param>
/// <param name="WorkspaceId">The workspace to get a token for, such as <c>wrkspc_…</c>, or <c>default</c>; null where the rule covers
/// one.</param>
public sealed record FederationRule(string RuleId, string? OrganizationId, string? ServiceAccountId, string? WorkspaceId);
