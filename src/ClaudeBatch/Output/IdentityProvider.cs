namespace ClaudeBatch;

/// <summary>A platform that gives identity tokens to what runs on it.</summary>
public enum IdentityProvider
{
    /// <summary>A job of GitHub Actions with the permission <c>id-token: write</c>.</summary>
    GitHubActions,

    /// <summary>A machine, app or container of Azure with a managed identity.</summary>
    AzureManagedIdentity,

    /// <summary>A pod of Kubernetes, by the service account that it runs as.</summary>
    Kubernetes,
}
