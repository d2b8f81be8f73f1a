using System.Globalization;
using System.Text;
using ClaudeBatch.Core;

namespace ClaudeBatch.Scheduling;

/// <summary>Lines of the user's crontab. Each one of ours ends with a comment of the shell by which it is known.</summary>
internal sealed class CronScheduler : Scheduler
{
    private const string Crontab = "crontab";

    private const int MinutesAnHour = 60;

    private const int HoursADay = 24;

    private static readonly string s_mark = $" # {ScheduledStep.MarkOf(string.Empty)}";

    // Every byte is a character, and back: lines that are not ours stay byte for byte.
    private static readonly Encoding s_bytes = Encoding.Latin1;

    public override ScheduleManager Manager => ScheduleManager.Cron;

    public static bool IsThere() => OtherProgram.TryRun(Crontab, ["-l"]) is not null;

    public override string Render(ScheduledStep step) => $"{Line(step)}\n";

    public override void Register(ScheduledStep step)
    {
        string line = s_bytes.GetString(Encoding.UTF8.GetBytes(Line(step)));
        string before = Read();
        string kept = Without(before, step.Name);
        Write(kept + (kept.Length > 0 && !kept.EndsWith('\n') ? "\n" : string.Empty) + line + "\n");
    }

    public override IEnumerable<ClaudeBatchSchedule> Find()
    {
        foreach (string line in IsThere() ? Read().Split('\n') : [])
        {
            if (NameOf(line) is { } name)
            {
                string text = Encoding.UTF8.GetString(s_bytes.GetBytes(line));
                yield return new ClaudeBatchSchedule
                {
                    Name = name,
                    Manager = Manager,
                    Interval = IntervalOf(text),
                    Path = Crontab,
                    Command = Quoting.FromCrontab(text[..text.LastIndexOf(s_mark, StringComparison.Ordinal)].Split(' ', 6)[^1]),
                };
            }
        }
    }

    public override void Unregister(string name)
    {
        string before = Read();
        string kept = Without(before, name);
        if (kept.Length == 0)
        {
            OtherProgram.Run(Crontab, ["-r"]);
        }
        else if (kept != before)
        {
            Write(kept);
        }
    }

    // Without a crontab -l is an error, and a program that only could not read one must not lead to a crontab without its lines.
    private static string Read()
    {
        (int code, byte[] output, string error) = OtherProgram.TryRun(Crontab, ["-l"]) ?? throw Missing();
        return code == 0 ? s_bytes.GetString(output)
            : IsOfNoCrontab(error) ? string.Empty
            : throw new ClaudeBatchException(
                FailureKind.Conflict,
                "ScheduleFailed",
                $"'crontab -l' ended with {code}: {error.Trim()} Nothing was changed.")
            {
                Target = Crontab,
            };
    }

    private static void Write(string text) => OtherProgram.Run(Crontab, ["-"], s_bytes.GetBytes(text));

    private static ClaudeBatchException Missing() => new(
        FailureKind.NotFound, "ScheduleManagerMissing", "There is no program 'crontab' here. Install cron, or name another -Manager.")
    { Target = Crontab };

    private static string Without(string text, string name)
        => string.Join('\n', text.Split('\n').Where(line => NameOf(line) != name));

    private static string? NameOf(string line)
    {
        int at = line.LastIndexOf(s_mark, StringComparison.Ordinal);
        return at > 0 && !line.StartsWith('#') ? line[(at + s_mark.Length)..].Trim() : null;
    }

    // The words of cron's own program, and of BusyBox's.
    private static bool IsOfNoCrontab(string error) => error.TrimStart() is var words
        && (words.StartsWith("no crontab for ", StringComparison.OrdinalIgnoreCase)
            || words.StartsWith("crontab: no crontab for ", StringComparison.OrdinalIgnoreCase)
            || (words.StartsWith("crontab: can't open '", StringComparison.Ordinal)
                && words.TrimEnd().EndsWith("No such file or directory", StringComparison.Ordinal)));

    private static string Line(ScheduledStep step)
    {
        string words = string.Join(' ', step.Arguments.Prepend(step.Program).Select(Quoting.ForShell));
        string command = step.EnvironmentFile is { } file ? $"set -a; . {Quoting.ForShell(file)}; set +a; {words}" : words;
        string silence = step.IsSilent ? " > /dev/null" : string.Empty;
        return $"{TimeOf(step.Interval)} {Quoting.ForCrontab(command)}{silence} # {step.Mark}";
    }

    // A step of minutes that does not divide the hour begins anew with each hour.
    private static string TimeOf(TimeSpan interval)
    {
        int minutes = (int)interval.TotalMinutes;
        return interval.Ticks % TimeSpan.TicksPerMinute != 0 || minutes < 1 ? throw NoSuchInterval(interval)
            : minutes < MinutesAnHour && MinutesAnHour % minutes == 0 ? Of($"*/{minutes} * * * *")
            : minutes % MinutesAnHour == 0 && minutes / MinutesAnHour is var hours and < HoursADay && HoursADay % hours == 0
                ? Of($"0 */{hours} * * *")
            : minutes == MinutesAnHour * HoursADay ? "0 0 * * *"
            : throw NoSuchInterval(interval);
    }

    private static TimeSpan? IntervalOf(string line)
    {
        string[] fields = line.Split(' ', 6);
        return (fields[0], fields[1], Each(fields[0]), Each(fields[1])) switch
        {
            (_, "*", { } minutes, _) => TimeSpan.FromMinutes(minutes),
            ("0", _, _, { } hours) => TimeSpan.FromHours(hours),
            ("0", "0", _, _) => TimeSpan.FromDays(1),
            _ => null,
        };
    }

    private static int? Each(string field)
        => field.StartsWith("*/", StringComparison.Ordinal)
            && int.TryParse(field.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : null;

    private static string Of(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static ClaudeBatchException NoSuchInterval(TimeSpan interval) => new(
        FailureKind.InvalidArgument,
        "ScheduleIntervalInvalid",
        $"cron has no interval of {interval:c}. Take minutes that divide the hour (1m, 2m, 5m, 10m, 15m, 30m), hours that divide the day "
            + "(1h, 2h, 6h, 12h), or 1d.")
    { Target = interval };
}
