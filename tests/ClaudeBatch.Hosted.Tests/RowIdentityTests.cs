using System.Collections;
using System.Collections.Specialized;
using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace ClaudeBatch.Hosted.Tests;

/// <summary>What a row becomes does not depend on where and when it is looked at.</summary>
public sealed class RowIdentityTests : IDisposable
{
    private const string PathVariable = "CLAUDEBATCH_TEST_ROWS";

    private const int Samples = 100;

    private static readonly string[] s_cultures = ["en-US", "de-DE", "tr-TR", "ar-SA", "th-TH"];

    private static readonly string[] s_zones = ["UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia", "Europe/Berlin"];

    private readonly Runspace _runspace = Module.OpenRunspace();

    private readonly CultureInfo _culture = CultureInfo.CurrentCulture;

    private readonly string? _zone = Environment.GetEnvironmentVariable("TZ");

    public void Dispose()
    {
        _runspace.Dispose();
        CultureInfo.CurrentCulture = _culture;
        SetZone(_zone);
    }

    [Fact]
    public void A_row_of_any_values_has_the_same_id_prompt_and_source_in_every_culture_and_zone()
        => Prop.ForAll(Row(3).ToArbitrary(), row =>
        {
            HashSet<string> seen = [];
            for (int i = 0; i < s_cultures.Length; i++)
            {
                CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(s_cultures[i]);
                SetZone(s_zones[i]);
                seen.Add(Request(Seen(row)));
            }

            Assert.Single(seen);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_row_has_the_same_id_whatever_the_order_of_its_names_at_any_depth()
        => Prop.ForAll(Row(3).ToArbitrary(), row => Assert.Equal(
            Request(row).Split('\n')[0], Request((PSObject)Turned(row)).Split('\n')[0])).QuickCheckThrowOnFailure();

    [Fact]
    public async Task Another_process_in_another_zone_and_culture_gives_the_same_ids_prompts_and_sources()
    {
        const string here = nameof(Another_process_in_another_zone_and_culture_gives_the_same_ids_prompts_and_sources);
        if (Environment.GetEnvironmentVariable(PathVariable) is { } asked)
        {
            // This is the other process.
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("ar-SA");
            await File.WriteAllLinesAsync(asked, Sampled(), TestContext.Current.CancellationToken);
            return;
        }

        string path = Path.GetTempFileName();
        try
        {
            ProcessStartInfo start = new("dotnet", [typeof(RowIdentityTests).Assembly.Location, "-method", $"*.{here}"])
            {
                RedirectStandardOutput = true,
            };
            start.Environment[PathVariable] = path;
            start.Environment["TZ"] = "Asia/Kathmandu";
            using Process other = Process.Start(start)!;
            string output = await other.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await other.WaitForExitAsync(TestContext.Current.CancellationToken);

            string[] theirs = await File.ReadAllLinesAsync(path, TestContext.Current.CancellationToken);
            Assert.True(theirs.Length >= Samples, output);
            Assert.Equal(string.Join('\n', Sampled()), string.Join('\n', theirs));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private string[] Sampled()
        => [.. Row(3).Sample(30, new Rnd(17), Samples).SelectMany(r => Request(Seen(r)).Split('\n'))];

    // An instant is given as a machine in this zone has it.
    private static PSObject Seen(PSObject row)
        => (PSObject)Map(row, static value => value is DateTime { Kind: DateTimeKind.Utc } time ? time.ToLocalTime() : value);

    private static object Turned(object value) => value switch
    {
        PSObject { BaseObject: PSCustomObject } item => Object(item.Properties.Select(static p => (p.Name, Turned(p.Value))).Reverse()),
        OrderedDictionary table => Table(table.Keys.Cast<string>().Select(k => (k, Turned(table[k]!))).Reverse()),
        object?[] list => list.Select(static v => v is null ? null : Turned(v)).ToArray(),
        _ => value,
    };

    private static object Map(object value, Func<object, object> leaf) => value switch
    {
        PSObject { BaseObject: PSCustomObject } item => Object(item.Properties.Select(p => (p.Name, p.Value is null ? null! : Map(p.Value, leaf)))),
        OrderedDictionary table => Table(table.Keys.Cast<string>().Select(k => (k, table[k] is null ? null! : Map(table[k]!, leaf)))),
        object?[] list => list.Select(v => v is null ? null : Map(v, leaf)).ToArray(),
        _ => leaf(value),
    };

    private string Request(PSObject row)
    {
        using PowerShell shell = PowerShell.Create(_runspace);
        shell.AddCommand("New-ClaudeBatchRequest").AddParameter("Model", "claude-haiku-4-5").AddParameter("MaxTokens", 9)
            .AddParameter("Prompt", "{{_}} {{a}}").AddParameter("SourceProperty", "*").AddParameter("WarningAction", "Ignore")
            .AddCommand("ForEach-Object").AddParameter("Process", ScriptBlock.Create("$_.CustomId; $_.Raw; ConvertTo-Json $_.Source -Depth 20"));
        List<string> lines = [.. shell.Invoke(new[] { row }).Select(static o => o.ToString())];
        Assert.Empty(shell.Streams.Error.Select(static e => e.Exception.Message));
        return string.Join('\n', lines);
    }

    private static void SetZone(string? zone)
    {
        Environment.SetEnvironmentVariable("TZ", zone);
        TimeZoneInfo.ClearCachedData();
    }

    private static Gen<PSObject> Row(int depth) => Members(depth).Select(static m => Object(m.Prepend(("a", "x"))));

    private static Gen<(string, object)[]> Members(int depth)
        => Gen.Elements("b", "B1", "ä", "Z", "_x", "a.b").ArrayOf()
            .SelectMany(names => Value(depth - 1).ArrayOf(names.Length)
                .Select(values => names.Zip(values).DistinctBy(static m => m.First, StringComparer.OrdinalIgnoreCase).ToArray()));

    private static Gen<object> Value(int depth) => depth == 0 ? Scalar() : Gen.Frequency(
        (4, Scalar()),
        (1, Members(depth).Select(static m => (object)Object(m))),
        (1, Members(depth).Select(static m => (object)Table(m))),
        (1, Value(depth - 1).ArrayOf().Select(static list => (object)list)));

    private static Gen<object> Scalar() => Gen.OneOf(
        Gen.Elements<object>(null!, true, "text", "", "ı İ", 'c', new Uri("https://example.org/ä"), new Version(1, 2), DayOfWeek.Monday, Guid.Empty),
        Gen.Elements<object>(double.NaN, double.PositiveInfinity, -0.0, 1e300, 1.1f, BigInteger.Pow(10, 40), ulong.MaxValue, decimal.MaxValue),
        ArbMap.Default.GeneratorFor<int>().Select(static n => (object)n),
        ArbMap.Default.GeneratorFor<NormalFloat>().Select(static n => (object)n.Get),
        ArbMap.Default.GeneratorFor<decimal>().Select(static n => (object)n),
        ArbMap.Default.GeneratorFor<DateTime>().Select(static t => (object)DateTime.SpecifyKind(t, DateTimeKind.Unspecified)),
        Gen.Choose(0, 2_000_000_000).Select(static s => (object)DateTime.UnixEpoch.AddSeconds(s)),
        Gen.Choose(0, 2_000_000_000).SelectMany(static s => Gen.Choose(-14, 14).Select(
            h => (object)DateTimeOffset.FromUnixTimeSeconds(s).ToOffset(TimeSpan.FromHours(h)))),
        Gen.Choose(0, 3_000_000).Select(static d => (object)DateOnly.FromDayNumber(d)),
        Gen.Choose(0, 86_399).Select(static s => (object)TimeOnly.MinValue.Add(TimeSpan.FromSeconds(s))),
        ArbMap.Default.GeneratorFor<TimeSpan>().Select(static s => (object)s));

    private static PSObject Object(IEnumerable<(string Name, object Value)> members)
    {
        PSObject item = new();
        foreach ((string name, object value) in members)
        {
            item.Properties.Add(new PSNoteProperty(name, value));
        }

        return item;
    }

    private static OrderedDictionary Table(IEnumerable<(string Name, object Value)> members)
    {
        OrderedDictionary table = [];
        foreach ((string name, object value) in members)
        {
            table.Add(name, value);
        }

        return table;
    }
}
