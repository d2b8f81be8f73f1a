namespace ClaudeBatch.Emulator;

/// <summary>An HTTP reply for either front to send.</summary>
public sealed class EmulatedReply
{
    public required int Status { get; init; }

    public Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    public string ContentType { get; init; } = "application/json";

    /// <summary>The body, to be disposed by the front.</summary>
    public required Stream Body { get; init; }
}
