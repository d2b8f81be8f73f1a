namespace ClaudeBatch.Core.Api;

/// <summary>The time limits of calls. They are real time, even when the emulator's clock runs faster.</summary>
public sealed record TransportLimits
{
    /// <summary>The longest wait for the headers of the reply to a small call.</summary>
    public TimeSpan Answer { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest time in which an upload or a download may make no progress.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest wait for the reply to a create call, from its last byte on, and for an answer of the Messages API.</summary>
    public TimeSpan CreateReply { get; init; } = TimeSpan.FromMinutes(10);
}
