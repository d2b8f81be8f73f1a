namespace ClaudeBatch.Tools;

/// <summary>What bounds a call and its output.</summary>
internal sealed record ToolLimits
{
    /// <summary>How deep objects are written as JSON; what lies deeper is written as its text.</summary>
    public int Depth { get; init; } = 4;

    /// <summary>The most characters of the output that the model is told.</summary>
    public int MaxOutput { get; init; } = 100_000;

    /// <summary>What is longer is no limit: a timer takes less than 50 days.</summary>
    public static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(49);

    /// <summary>After how long a call is stopped; null for never.</summary>
    public TimeSpan? Timeout { get; init; }
}
