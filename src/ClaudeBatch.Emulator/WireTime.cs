using System.Globalization;

namespace ClaudeBatch.Emulator;

/// <summary>Timestamps as the live service writes them: microseconds, <c>+00:00</c> and not <c>Z</c>.</summary>
internal static class WireTime
{
    public static string? Format(DateTimeOffset? time)
        => time?.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss.ffffff+00:00", CultureInfo.InvariantCulture);
}
