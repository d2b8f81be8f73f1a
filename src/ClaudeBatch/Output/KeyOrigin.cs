namespace ClaudeBatch;

/// <summary>The parameters of Connect-ClaudeBatch with which another process calls the service as the same: never a secret.</summary>
/// <param name="Parameters">The names, such as <c>-ApiKeyPath</c>, and the values; null for a switch.</param>
internal sealed record KeyOrigin(params (string Name, string? Value)[] Parameters)
{
    public static KeyOrigin OfSecret(string name, string? vault)
        => vault is null ? new(("-SecretName", name)) : new(("-SecretName", name), ("-VaultName", vault));
}
