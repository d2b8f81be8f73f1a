using System.Management.Automation;
using ClaudeBatch.Pipeline;
using ClaudeBatch.Scheduling;

namespace ClaudeBatch.Commands;

/// <summary>Base of the cmdlets that look for schedules.</summary>
public abstract class ScheduleCommand : AsyncCommand
{
    internal const string DefaultName = "ClaudeBatch";

    // What the name of a unit, a label of launchd, a task and a comment of a crontab take alike.
    internal const string NamePattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$";

    // That of a new one. Two hyphens in a row cannot stand in the comment by which a file of launchd is known as ours.
    internal const string NewNamePattern = "^[A-Za-z0-9](?!.*--)[A-Za-z0-9._-]{0,63}$";

    /// <summary>The manager that is looked in; all of this system where it is not given.</summary>
    [Parameter]
    public ScheduleManager Manager { get; set; }

    private protected IEnumerable<ClaudeBatchSchedule> Find()
    {
        bool isNamed = IsGiven(nameof(Manager));
        IReadOnlyList<ScheduleManager> managers = isNamed ? [Manager] : Scheduler.OfThisSystem;
        return managers.SelectMany(static m => Scheduler.Of(m).Find());
    }
}
