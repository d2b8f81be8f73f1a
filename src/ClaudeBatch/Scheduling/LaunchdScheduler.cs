using System.Globalization;
using System.Xml.Linq;
using ClaudeBatch.Core;

namespace ClaudeBatch.Scheduling;

/// <summary>Agents of launchd, which run while the user is logged in.</summary>
internal sealed class LaunchdScheduler : Scheduler
{
    private const string Launchctl = "launchctl";

    private const string Extension = ".plist";

    public override ScheduleManager Manager => ScheduleManager.Launchd;

    public override string Render(ScheduledStep step)
    {
        string[] arguments = [.. step.Arguments.Prepend(step.Program)];
        if (step.EnvironmentFile is { } file)
        {
            string words = string.Join(' ', arguments.Select(Quoting.ForShell));
            arguments = ["/bin/sh", "-c", $"set -a; . {Quoting.ForShell(file)}; set +a; exec {words}"];
        }

        XElement table = new(
            "dict",
            new XElement("key", "Label"),
            new XElement("string", step.Name),
            new XElement("key", "ProgramArguments"),
            new XElement("array", arguments.Select(static a => new XElement("string", a))),
            new XElement("key", "StartInterval"),
            new XElement("integer", step.Interval.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)),
            new XElement("key", "RunAtLoad"),
            new XElement("true"));
        XDocument document = new(
            new XDocumentType("plist", "-//Apple//DTD PLIST 1.0//EN", "http://www.apple.com/DTDs/PropertyList-1.0.dtd", null!),
            new XComment($" {step.Mark}; Unregister-ClaudeBatchSchedule removes it. "),
            new XElement("plist", new XAttribute("version", "1.0"), table));
        return $"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{document.ToString().ReplaceLineEndings("\n")}\n";
    }

    public override void Register(ScheduledStep step)
    {
        string path = PathOf(step.Name);
        if (File.Exists(path))
        {
            _ = ScheduleFile.ReadOurs(path, step.Name) ?? throw NameTaken(step.Name, path);
            BootOut(step.Name);
        }

        ScheduleFile.Write(path, Render(step));
        OtherProgram.Run(Launchctl, ["bootstrap", Domain, path]);
    }

    public override IEnumerable<ClaudeBatchSchedule> Find()
    {
        foreach (string name in ScheduleFile.NamesIn(Folder, Extension))
        {
            if (ScheduleFile.ReadOurs(PathOf(name), name) is { } text)
            {
                XElement table = XDocument.Parse(text).Root!.Element("dict")!;
                string? seconds = After(table, "StartInterval")?.Value;
                IEnumerable<XElement> words = After(table, "ProgramArguments")?.Elements() ?? [];
                yield return new ClaudeBatchSchedule
                {
                    Name = name,
                    Manager = Manager,
                    Interval = seconds is null ? null : TimeSpan.FromSeconds(int.Parse(seconds, CultureInfo.InvariantCulture)),
                    Path = PathOf(name),
                    Command = string.Join(' ', words.Select(static e => Quoting.ForShell(e.Value))),
                };
            }
        }
    }

    public override void Unregister(string name)
    {
        BootOut(name);
        File.Delete(PathOf(name));
    }

    private static string Folder => Path.Combine(ScheduleFile.Home, "Library", "LaunchAgents");

    private static string Domain
        => $"gui/{System.Text.Encoding.ASCII.GetString(OtherProgram.Run("id", ["-u"])).Trim()}";

    private static string PathOf(string name) => Path.Combine(Folder, name + Extension);

    private static XElement? After(XElement table, string key)
        => table.Elements("key").FirstOrDefault(k => k.Value == key)?.ElementsAfterSelf().FirstOrDefault();

    // One that is not loaded is what was wanted.
    private static void BootOut(string name) => _ = OtherProgram.TryRun(Launchctl, ["bootout", $"{Domain}/{name}"]);
}
