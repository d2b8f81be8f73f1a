namespace ClaudeBatch.Emulator;

/// <summary>An access key of AWS.</summary>
public sealed class EmulatorAwsKey
{
    public string Id { get; set; } = string.Empty;

    public string Secret { get; set; } = string.Empty;

    /// <summary>The session token without which the key is not taken; null for a key that has none.</summary>
    public string? SessionToken { get; set; }
}
