using System.Globalization;

namespace ClaudeBatch;

/// <summary>Times on their way to the shell: the engine has them in UTC, the shell has them local, as those of files.</summary>
/// <remarks>
/// The shell compares the digits of two times and not their kinds, so that a time in UTC is hours off beside <c>Get-Date</c>. What is computed
/// is computed in UTC: local time has an hour twice when a summer ends.
/// </remarks>
internal static class ShellTime
{
    public static DateTime ToShell(this DateTime utc) => DateTime.SpecifyKind(utc, DateTimeKind.Utc).ToLocalTime();

    public static DateTime? ToShell(this DateTime? utc) => utc?.ToShell();

    /// <summary>Gives a day of a calendar: it is the same day everywhere, and so its midnight here.</summary>
    public static DateTime ToShell(this DateOnly day) => day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Local);

    public static DateTime? ToShell(this DateOnly? day) => day?.ToShell();

    /// <summary>Gives a time for a sentence that is shown and not kept: local, with its offset from UTC.</summary>
    public static string InWords(DateTime utc) => utc.ToShell().ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture);
}
