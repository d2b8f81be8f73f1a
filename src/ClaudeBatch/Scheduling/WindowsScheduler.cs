using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using ClaudeBatch.Core;

namespace ClaudeBatch.Scheduling;

/// <summary>Tasks of the Task Scheduler, in a folder of their own. They run while the user is logged in.</summary>
internal sealed class WindowsScheduler : Scheduler
{
    private const string Program = "schtasks.exe";

    private const string Folder = @"\ClaudeBatch\";

    private static readonly XNamespace s_task = "http://schemas.microsoft.com/windows/2004/02/mit/task";

    public override ScheduleManager Manager => ScheduleManager.TaskScheduler;

    public override string Render(ScheduledStep step)
    {
        if (step.EnvironmentFile is not null)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "ParameterConflict",
                "The Task Scheduler reads no file of variables: give -ApiKeyPath or -SecretName in place of -EnvironmentFile.")
            { Target = step.EnvironmentFile };
        }

        XElement task = new(
            s_task + "Task",
            new XAttribute("version", "1.2"),
            Of("RegistrationInfo", Of("Description", $"{step.Mark}; Unregister-ClaudeBatchSchedule removes it.")),
            Of("Triggers", Of(
                "TimeTrigger",
                Of("Repetition", Of("Interval", XmlConvert.ToString(step.Interval))),
                Of("StartBoundary", "2026-01-01T00:00:00"),
                Of("Enabled", "true"))),
            Of(
                "Settings",
                Of("MultipleInstancesPolicy", "IgnoreNew"),
                Of("DisallowStartIfOnBatteries", "false"),
                Of("StopIfGoingOnBatteries", "false"),
                Of("StartWhenAvailable", "true")),
            Of("Actions", Of(
                "Exec",
                Of("Command", step.Program),
                Of("Arguments", string.Join(' ', step.Arguments.Select(Quoting.ForWindows))))));
        return $"<?xml version=\"1.0\" encoding=\"UTF-16\"?>\n{task.ToString().ReplaceLineEndings("\n")}\n";
    }

    public override void Register(ScheduledStep step)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, Render(step), Encoding.Unicode);
            OtherProgram.Run(Program, ["/Create", "/TN", Folder + step.Name, "/XML", file, "/F"]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    public override IEnumerable<ClaudeBatchSchedule> Find()
    {
        if (OtherProgram.TryRun(Program, ["/Query", "/FO", "CSV", "/NH"]) is not { Code: 0 } all)
        {
            yield break;
        }

        // A line a trigger: the path of the task, the time at which it runs next as the user writes times, the state.
        IEnumerable<string[]> lines = Encoding.UTF8.GetString(all.Output).Split('\n')
            .Select(static line => line.Trim().Trim('"').Split("\",\""))
            .Where(static cells => cells.Length > 1 && cells[0].StartsWith(Folder, StringComparison.OrdinalIgnoreCase));
        foreach (string[] cells in lines.DistinctBy(static cells => cells[0]))
        {
            string name = cells[0][Folder.Length..];
            if (OtherProgram.TryRun(Program, ["/Query", "/TN", Folder + name, "/XML"]) is { Code: 0 } told)
            {
                string text = Encoding.UTF8.GetString(told.Output);
                XElement task = XElement.Parse(text[text.IndexOf("<Task", StringComparison.Ordinal)..]);
                XElement? every = task.Descendants(s_task + "Interval").FirstOrDefault();
                yield return new ClaudeBatchSchedule
                {
                    Name = name,
                    Manager = Manager,
                    Interval = every is null ? null : XmlConvert.ToTimeSpan(every.Value),
                    NextRun = DateTime.TryParse(cells[1], CultureInfo.CurrentCulture, DateTimeStyles.AssumeLocal, out DateTime next)
                        ? next
                        : null,
                    Path = Folder + name,
                    Command = string.Join(' ', task.Descendants(s_task + "Exec").Elements().Select(static e => e.Value)),
                };
            }
        }
    }

    public override void Unregister(string name) => OtherProgram.Run(Program, ["/Delete", "/TN", Folder + name, "/F"]);

    private static XElement Of(string name, params object[] content) => new(s_task + name, content);
}
