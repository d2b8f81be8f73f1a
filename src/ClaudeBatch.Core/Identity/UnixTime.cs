namespace ClaudeBatch.Core.Identity;

/// <summary>Seconds since 1970, as tokens and credentials files have them.</summary>
internal static class UnixTime
{
    private static readonly double s_first = DateTimeOffset.MinValue.ToUnixTimeSeconds();

    private static readonly double s_last = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    /// <summary>Gives the time; the first or the last there is where the number is beyond all dates.</summary>
    public static DateTimeOffset From(double seconds)
        => DateTimeOffset.FromUnixTimeSeconds((long)Math.Clamp(Math.Floor(seconds), s_first, s_last));
}
