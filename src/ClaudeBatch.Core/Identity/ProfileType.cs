namespace ClaudeBatch.Core.Identity;

/// <summary>How a profile proves who is calling.</summary>
public enum ProfileType
{
    /// <summary>A token of the customer's identity provider is exchanged: <c>oidc_federation</c>.</summary>
    OidcFederation,

    /// <summary>A person has signed in, and the access token is refreshed: <c>user_oauth</c>.</summary>
    UserOAuth,
}
