namespace ClaudeBatch.Scheduling;

/// <summary>What a schedule runs, and how often.</summary>
/// <param name="Name">The name of the schedule: letters, digits, dots, hyphens and underscores.</param>
/// <param name="Interval">The time between two steps.</param>
/// <param name="Program">The full path of the shell.</param>
/// <param name="Arguments">The arguments of the shell, each as the shell is to get it.</param>
/// <param name="EnvironmentFile">The full path of a file with the variables of the step; null for none.</param>
/// <param name="IsSilent">Whether cron is given errors alone, which it mails, and not what the step says besides.</param>
internal sealed record ScheduledStep(
    string Name, TimeSpan Interval, string Program, IReadOnlyList<string> Arguments, string? EnvironmentFile, bool IsSilent)
{
    /// <summary>A line by which a schedule is known as one of ours, in the comment of whatever format.</summary>
    public string Mark => MarkOf(Name);

    public static string MarkOf(string name) => $"ClaudeBatch schedule {name}";
}
