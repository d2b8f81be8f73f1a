using System.Globalization;
using System.Text.Json;
using ClaudeBatch.Core;

namespace ClaudeBatch.Scheduling;

/// <summary>Timers of the user's own systemd.</summary>
internal sealed class SystemdScheduler : Scheduler
{
    private const string Systemctl = "systemctl";

    private const string Every = "OnUnitInactiveSec=";

    private const string Start = "ExecStart=";

    public override ScheduleManager Manager => ScheduleManager.Systemd;

    public static bool Runs() => OtherProgram.TryRun(Systemctl, ["--user", "show-environment"]) is { Code: 0 };

    /// <summary>Whether what the user has started goes on when they log out; null where nobody tells.</summary>
    public static bool? Lingers()
        => OtherProgram.TryRun("loginctl", ["show-user", Environment.UserName, "--property=Linger", "--value"]) is { Code: 0 } told
            ? told.Output.AsSpan().StartsWith("yes"u8)
            : null;

    public static void EnableLinger() => OtherProgram.Run("loginctl", ["enable-linger"]);

    public override string Render(ScheduledStep step)
        => $"# {PathOf(step.Name, ".service")}\n{Service(step)}\n# {PathOf(step.Name, ".timer")}\n{Timer(step)}";

    public override void Register(ScheduledStep step)
    {
        if (!Runs())
        {
            throw new ClaudeBatchException(
                FailureKind.NotFound,
                "ScheduleManagerMissing",
                "The user's own systemd does not run here: 'systemctl --user' fails. Log in, or enable-linger; or use -Manager Cron.")
            { Target = Systemctl };
        }

        string service = PathOf(step.Name, ".service");
        string timer = PathOf(step.Name, ".timer");
        foreach (string path in new[] { service, timer })
        {
            if (File.Exists(path) && ScheduleFile.ReadOurs(path, step.Name) is null)
            {
                throw NameTaken(step.Name, path);
            }
        }

        ScheduleFile.Write(service, Service(step));
        ScheduleFile.Write(timer, Timer(step));
        UserSystemctl("daemon-reload");
        UserSystemctl("enable", $"{step.Name}.timer");
        UserSystemctl("restart", $"{step.Name}.timer"); // one that is there already takes the new interval
    }

    public override IEnumerable<ClaudeBatchSchedule> Find()
    {
        foreach (string name in ScheduleFile.NamesIn(Folder, ".timer"))
        {
            string timer = PathOf(name, ".timer");
            if (ScheduleFile.ReadOurs(timer, name) is { } text)
            {
                yield return new ClaudeBatchSchedule
                {
                    Name = name,
                    Manager = Manager,
                    Interval = Seconds(Value(text, Every)),
                    NextRun = NextRun(name),
                    Path = timer,
                    Command = Value(ScheduleFile.ReadOurs(PathOf(name, ".service"), name), Start),
                };
            }
        }
    }

    public override void Unregister(string name)
    {
        // Where systemd does not run, the files are all there is.
        if (Runs())
        {
            UserSystemctl("disable", "--now", $"{name}.timer");
        }

        File.Delete(PathOf(name, ".timer"));
        if (ScheduleFile.ReadOurs(PathOf(name, ".service"), name) is not null)
        {
            File.Delete(PathOf(name, ".service"));
        }

        if (Runs())
        {
            UserSystemctl("daemon-reload");
        }
    }

    private static string Folder => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } config
            ? config
            : Path.Combine(ScheduleFile.Home, ".config"),
        "systemd",
        "user");

    private static string PathOf(string name, string extension) => Path.Combine(Folder, name + extension);

    private static string Service(ScheduledStep step) => $"""
        # {step.Mark}; Unregister-ClaudeBatchSchedule removes it.
        [Unit]
        Description=Take batch jobs one step on ({step.Name})

        [Service]
        Type=oneshot
        {(step.EnvironmentFile is { } file ? $"EnvironmentFile={Quoting.ForUnitLine(file)}\n" : string.Empty)}{Start}{Line(step)}
        # Still running is no failure.
        SuccessExitStatus=2

        """;

    private static string Timer(ScheduledStep step) => string.Create(CultureInfo.InvariantCulture, $"""
        # {step.Mark}; Unregister-ClaudeBatchSchedule removes it.
        [Unit]
        Description=Take batch jobs one step on, again and again ({step.Name})

        [Timer]
        OnActiveSec=30
        {Every}{step.Interval.TotalSeconds:0}

        [Install]
        WantedBy=timers.target

        """);

    private static string Line(ScheduledStep step)
        => string.Join(' ', step.Arguments.Select(Quoting.ForUnit).Prepend(Quoting.ForUnitProgram(step.Program)));

    private static string? Value(string? text, string key)
        => text?.Split('\n').FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal))?[key.Length..].TrimEnd();

    private static TimeSpan? Seconds(string? text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) ? TimeSpan.FromSeconds(seconds) : null;

    private static DateTime? NextRun(string name)
    {
        if (OtherProgram.TryRun(Systemctl, ["--user", "list-timers", "--output=json", $"{name}.timer"]) is not { Code: 0 } told)
        {
            return null;
        }

        try
        {
            using JsonDocument timers = JsonDocument.Parse(told.Output);
            long microseconds = timers.RootElement.EnumerateArray().Select(static t => t.GetProperty("next").GetInt64()).FirstOrDefault();
            return microseconds > 0 ? DateTime.UnixEpoch.AddMicroseconds(microseconds).ToLocalTime() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null; // an older systemd writes a table, and a timer may have no next time
        }
    }

    private static void UserSystemctl(params string[] arguments) => OtherProgram.Run(Systemctl, ["--user", .. arguments]);
}
