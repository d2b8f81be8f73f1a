namespace ClaudeBatch;

/// <summary>A schedule that takes the jobs of a ledger one step on, again and again.</summary>
public sealed class ClaudeBatchSchedule
{
    public string? Name { get; set; }

    public ScheduleManager Manager { get; set; }

    /// <summary>The time between two steps; null where somebody has changed the schedule to one that has no such time.</summary>
    public TimeSpan? Interval { get; set; }

    /// <summary>When it runs next, in local time; null where the manager does not tell.</summary>
    public DateTime? NextRun { get; set; }

    /// <summary>Where it stands: the file of the timer or agent, the task's path, or <c>crontab</c>.</summary>
    public string? Path { get; set; }

    /// <summary>What it runs, as the manager has it.</summary>
    public string? Command { get; set; }

    public override string ToString() => Name ?? string.Empty;
}
