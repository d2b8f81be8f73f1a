namespace ClaudeBatch;

/// <summary>The programs that run a schedule.</summary>
public enum ScheduleManager
{
    /// <summary>The user's own systemd, with a timer.</summary>
    Systemd,

    Cron,

    Launchd,

    /// <summary>The Task Scheduler of Windows.</summary>
    TaskScheduler,
}
