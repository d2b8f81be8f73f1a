namespace ClaudeBatch.Core.Api;

/// <summary>How patient the client is with the network. Real time, even when the emulator's clock runs faster.</summary>
public sealed record TransportLimits
{
    /// <summary>How long a small call may take until its answer's headers are here.</summary>
    public TimeSpan Answer { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a body, up or down, may make no progress.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the reply to a create is awaited after its last byte.</summary>
    public TimeSpan CreateReply { get; init; } = TimeSpan.FromMinutes(10);
}
