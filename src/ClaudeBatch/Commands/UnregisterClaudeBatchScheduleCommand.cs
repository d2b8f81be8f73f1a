using System.Management.Automation;
using ClaudeBatch.Scheduling;

namespace ClaudeBatch.Commands;

/// <summary>Removes schedules that Register-ClaudeBatchSchedule has made. Jobs and ledgers stay.</summary>
[Cmdlet(
    VerbsLifecycle.Unregister,
    "ClaudeBatchSchedule",
    DefaultParameterSetName = NameSet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
public sealed class UnregisterClaudeBatchScheduleCommand : ScheduleCommand
{
    private const string NameSet = "Name";

    private const string ObjectSet = "InputObject";

    [Parameter(Position = 0, ParameterSetName = NameSet)]
    [ValidatePattern(NamePattern)]
    public string[] Name { get; set; } = [DefaultName];

    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ObjectSet)]
    public ClaudeBatchSchedule[] InputObject { get; set; } = [];

    protected override Task ProcessAsync(CancellationToken cancellationToken)
    {
        if (ParameterSetName == ObjectSet)
        {
            // An object may be older than what it names, or be nobody's: only what is there and is ours is removed.
            foreach (ClaudeBatchSchedule given in InputObject)
            {
                Remove(given.Name!, Scheduler.Of(given.Manager).Find());
            }

            return Task.CompletedTask;
        }

        ClaudeBatchSchedule[] all = [.. Find()];
        foreach (string name in Name)
        {
            Remove(name, all);
        }

        return Task.CompletedTask;
    }

    private void Remove(string name, IEnumerable<ClaudeBatchSchedule> all)
    {
        ClaudeBatchSchedule[] found = [.. all.Where(s => s.Name == name)];
        if (found.Length == 0)
        {
            Fail(GetClaudeBatchScheduleCommand.NotFound(name));
        }

        foreach (ClaudeBatchSchedule schedule in found)
        {
            if (ShouldProcess($"schedule '{schedule.Name}' of {schedule.Manager}, {schedule.Path}", "Unregister"))
            {
                Scheduler.Of(schedule.Manager).Unregister(schedule.Name!);
            }
        }
    }
}
