using System.Management.Automation;
using ClaudeBatch.Core;

namespace ClaudeBatch.Commands;

/// <summary>Gets the schedules that Register-ClaudeBatchSchedule has made for this user.</summary>
[Cmdlet(VerbsCommon.Get, "ClaudeBatchSchedule")]
[OutputType(typeof(ClaudeBatchSchedule))]
public sealed class GetClaudeBatchScheduleCommand : ScheduleCommand
{
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    protected override Task EndAsync(CancellationToken cancellationToken)
    {
        ClaudeBatchSchedule[] all = [.. Find()];
        HashSet<ClaudeBatchSchedule> written = [];
        foreach (string name in Name)
        {
            WildcardPattern pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
            ClaudeBatchSchedule[] found = [.. all.Where(s => pattern.IsMatch(s.Name))];
            if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                Fail(NotFound(name));
            }

            foreach (ClaudeBatchSchedule schedule in found.Where(written.Add))
            {
                WriteOutput(schedule);
            }
        }

        return Task.CompletedTask;
    }

    internal static ClaudeBatchException NotFound(string name) => new(
        FailureKind.NotFound,
        "ScheduleNotFound",
        $"There is no schedule '{name}' of this user that Register-ClaudeBatchSchedule has made.")
    { Target = name };
}
