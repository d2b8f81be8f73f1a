using System.Globalization;

namespace ClaudeBatch.Emulator;

/// <summary>Writes timestamps as the live service writes them: with microseconds, and with <c>+00:00</c> instead of <c>Z</c>.</summary>
internal static class WireTime
{
    public static string? Format(DateTimeOffset? time)
        => time?.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss.ffffff+00:00", CultureInfo.InvariantCulture);
}
