using ClaudeBatch.Core;

namespace ClaudeBatch.Scheduling;

/// <summary>A manager of schedules: how it is told of one, and which of ours it has.</summary>
internal abstract class Scheduler
{
    public abstract ScheduleManager Manager { get; }

    /// <summary>What the manager is told, as text.</summary>
    /// <exception cref="ClaudeBatchException"><c>ScheduleIntervalInvalid</c>: the manager has no such interval.</exception>
    public abstract string Render(ScheduledStep step);

    /// <summary>Registers a schedule, in place of the one of the same name, if it is ours.</summary>
    /// <exception cref="ClaudeBatchException"><c>ScheduleNameTaken</c>, <c>ScheduleFailed</c>, <c>ScheduleManagerMissing</c>.</exception>
    public abstract void Register(ScheduledStep step);

    /// <summary>Gives the schedules of ours that the manager has; none where there is no such manager.</summary>
    public abstract IEnumerable<ClaudeBatchSchedule> Find();

    /// <exception cref="ClaudeBatchException"><c>ScheduleFailed</c>, <c>ScheduleManagerMissing</c>.</exception>
    public abstract void Unregister(string name);

    public static Scheduler Of(ScheduleManager manager) => manager switch
    {
        ScheduleManager.Systemd => new SystemdScheduler(),
        ScheduleManager.Cron => new CronScheduler(),
        ScheduleManager.Launchd => new LaunchdScheduler(),
        _ => new WindowsScheduler(),
    };

    /// <summary>The managers that this system may have.</summary>
    public static IReadOnlyList<ScheduleManager> OfThisSystem => OperatingSystem.IsWindows() ? [ScheduleManager.TaskScheduler]
        : OperatingSystem.IsMacOS() ? [ScheduleManager.Launchd, ScheduleManager.Cron]
        : [ScheduleManager.Systemd, ScheduleManager.Cron];

    /// <summary>The manager that this machine has and that runs.</summary>
    /// <exception cref="ClaudeBatchException"><c>ScheduleManagerMissing</c>.</exception>
    public static ScheduleManager Default()
        => OperatingSystem.IsWindows() ? ScheduleManager.TaskScheduler
            : OperatingSystem.IsMacOS() ? ScheduleManager.Launchd
            : SystemdScheduler.Runs() ? ScheduleManager.Systemd
            : CronScheduler.IsThere() ? ScheduleManager.Cron
            : throw new ClaudeBatchException(
                FailureKind.NotFound,
                "ScheduleManagerMissing",
                "Neither systemd runs for this user nor is there a crontab. Install cron, or log in so that the user's systemd runs.");

    private protected static ClaudeBatchException NameTaken(string name, string where) => new(
        FailureKind.Conflict,
        "ScheduleNameTaken",
        $"'{where}' was not made by Register-ClaudeBatchSchedule, and is left as it is. Give another -Name.")
    { Target = name };
}
