namespace ClaudeBatch;

/// <summary>From where another process can get a key: the parameters with which Connect-ClaudeBatch gets it there.</summary>
/// <param name="Parameters">The names with their values; a switch has none. Without any, the process needs nothing to be said.</param>
internal sealed record KeyOrigin(params (string Name, string? Value)[] Parameters)
{
    /// <param name="path">The full path of the file that holds it.</param>
    public static KeyOrigin OfFile(string path) => new(("-ApiKeyPath", path));

    /// <param name="secret">The name of the secret.</param>
    /// <param name="vault">The name of the vault; null for any.</param>
    public static KeyOrigin OfSecret(string secret, string? vault)
        => vault is null ? new KeyOrigin(("-SecretName", secret)) : new KeyOrigin(("-SecretName", secret), ("-VaultName", vault));
}
