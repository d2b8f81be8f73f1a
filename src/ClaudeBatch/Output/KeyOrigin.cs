namespace ClaudeBatch;

/// <summary>From where another process can get a key: a file, or a secret of a vault.</summary>
/// <param name="Path">The full path of the file that holds it; null where it is no file.</param>
/// <param name="Secret">The name of the secret; null where it is none.</param>
/// <param name="Vault">The name of the vault; null for any.</param>
internal sealed record KeyOrigin(string? Path, string? Secret, string? Vault);
