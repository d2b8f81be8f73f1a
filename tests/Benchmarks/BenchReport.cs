using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace ClaudeBatch.Benchmarks;

/// <summary>Gathers the measurements and formats them as the tables of docs/performance.md.</summary>
internal sealed class BenchReport(BenchOptions options)
{
    /// <summary>The rows of the main table. A goal is the largest allowed ratio of our time to a peer's.</summary>
    private static readonly (Work Work, string Words, (Contestant Peer, double Goal)[] Goals)[] s_works =
    [
        (Work.Submit, "Submit from a JSON Lines file: read, check, spool, ledger, upload", [(Contestant.CSharp, 0.3)]),
        (Work.Collect, "First collection: download, verify, flush, ledger, objects to the pipeline", [(Contestant.TypeScript, 1.3), (Contestant.CSharp, 0.4)]),
        (Work.CollectWarm, "The same in a shell that has collected before", []),
        (Work.ReadAgain, "Reading collected results again", [(Contestant.TypeScript, 0.7)]),
        (Work.Text, "The same, with the text of each through ForEach-Object", []),
        (Work.Rows, "CSV rows through a template to a submitted batch", []),
        (Work.Ledger, "The ledger alone: rows and seal", []),
    ];

    private readonly Dictionary<(Work, Contestant), List<Measurement>> _taken = [];

    private readonly SortedDictionary<int, List<(Measurement Submitted, Measurement Collected)>> _grown = [];

    private (Measurement Round, int Calls)? _polled;

    private readonly SortedDictionary<Contestant, string> _received = [];

    public void Add(bool counts, Work work, Contestant who, Measurement measurement)
    {
        if (counts)
        {
            _taken.TryAdd((work, who), []);
            _taken[(work, who)].Add(measurement);
        }
    }

    public void AddGrowth(int size, Measurement submitted, Measurement collected)
    {
        _grown.TryAdd(size, []);
        _grown[size].Add((submitted, collected));
    }

    public void SetPolling(Measurement round, int calls) => _polled = (round, calls);

    /// <summary>Adds what the server received from a contestant, to show that all contestants send the same bytes.</summary>
    /// <param name="who">The contestant that made the create call.</param>
    /// <param name="digest">The number of requests in the body, and a digest of its bytes.</param>
    public void AddReceived(Contestant who, string digest) => _received[who] = digest;

    public override string ToString()
    {
        StringBuilder text = new();
        AppendLine(text, $"Measured by `{(options.PowerShell is null ? "./build.sh bench" : "./build.ps1 Bench")}` on {DateTime.UtcNow:yyyy-MM-dd}: {RuntimeInformation.OSDescription}, {Environment.ProcessorCount} processors, {(options.PowerShell is null ? "the engine without a shell" : $"PowerShell {options.PowerShellVersion}")}, .NET {Environment.Version}. {options.Count:N0} requests ({SizeOf(BenchData.RequestsOf(options.Count))} MB), results of {SizeOf(BenchData.ResultsOf(0, Math.Min(options.Count, 100_000)))} MB.");
        AppendLine(text, $"Medians of {options.Runs} runs (minimum–maximum) after one that is not counted, each a process of its own, all in turn on one plain server (`tests/Benchmarks/BenchServer.cs`: the emulator would be the bottleneck). Times are those inside the process, after import; memory is the process's peak. The floor is the same bytes by HttpClient between the server and a file.");
        AppendLine(text, $"");
        AppendLine(text, $"| Work | Ours | Peak | C# SDK | Ratio | TypeScript SDK | Ratio | Floor | Ratio | Goal |");
        AppendLine(text, $"|---|---|---|---|---|---|---|---|---|---|");
        foreach ((Work work, string words, (Contestant Peer, double Goal)[] goals) in s_works.Where(w => Of(w.Work, Contestant.Ours) is not null))
        {
            // The peers keep no results, so their only collection is what our later ones are compared with.
            Work other = work is Work.ReadAgain or Work.CollectWarm ? Work.Collect : work;
            AppendLine(text, $"| {words} | {Times(work, Contestant.Ours)} | {Peak(work, Contestant.Ours):N0} MB | {Peer(work, other, Contestant.CSharp)} | {Peer(work, other, Contestant.TypeScript)} | {Floor(work, other)} | {string.Join("; ", goals.Select(g => Verdict(work, other, g.Peer, g.Goal)))} |");
        }

        AppendBudgets(text);
        AppendGrowth(text);
        AppendLine(text, $"");
        AppendLine(text, $"What the server received: {string.Join("; ", _received.Select(static r => $"{r.Key} {r.Value}"))}.");
        return text.ToString();
    }

    private void AppendBudgets(StringBuilder text)
    {
        AppendLine(text, $"");
        AppendLine(text, $"| Budget | Measured | Goal |");
        AppendLine(text, $"|---|---|---|");
        if (Of(Work.Render, Contestant.Ours) is { } rendered)
        {
            double micros = (Median(rendered, static m => m.Seconds) - Median(Of(Work.Csv, Contestant.Ours)!, static m => m.Seconds)) * 1e6 / options.Count;
            AppendLine(text, $"| A row through a template (3 columns), in a shell that has rendered before | {micros:0.0} µs | < 10 µs {Met(micros < 10)} |");
        }

        if (Of(Work.Import, Contestant.Ours) is { } imported)
        {
            double millis = Median(imported, static m => m.Seconds) * 1e3;
            AppendLine(text, $"| `Import-Module` | {millis:0} ms | < 150 ms {Met(millis < 150)} |");
        }

        if (_grown.Count > 0)
        {
            long peak = _grown.Values.SelectMany(static g => g).Max(static g => Math.Max(g.Submitted.PeakMB, g.Collected.PeakMB));
            AppendLine(text, $"| Peak memory at any size below | {peak} MB | < 220 MB {Met(peak < 220)} |");
        }

        if (_grown.ContainsKey(100_000) && _grown.ContainsKey(1_000_000))
        {
            double up = Up(1_000_000) / Up(100_000) / 10;
            double down = Down(1_000_000) / Down(100_000) / 10;
            AppendLine(text, $"| Time a request at 1,000,000, of that at 100,000 | {up:0.00} submitted, {down:0.00} collected | ≤ 1.25 {Met(up <= 1.25 && down <= 1.25)} |");
        }

        if (_polled is { } polled)
        {
            AppendLine(text, $"| A round of `Resume-ClaudeBatch` over {polled.Round.Count:N0} unfinished batches | {polled.Calls} calls, {polled.Round.Seconds:0.00} s | a handful {Met(polled.Calls < 10)} |");
        }
    }

    private void AppendGrowth(StringBuilder text)
    {
        AppendLine(text, $"");
        AppendLine(text, $"| Requests | Submitted | Each | Peak | Collected | Each | Peak |");
        AppendLine(text, $"|---|---|---|---|---|---|---|");
        foreach ((int size, List<(Measurement Submitted, Measurement Collected)> runs) in _grown)
        {
            AppendLine(text, $"| {size:N0} | {Up(size):0.00} s | {Up(size) * 1e6 / size:0.0} µs | {runs.Max(static r => r.Submitted.PeakMB)} MB | {Down(size):0.00} s | {Down(size) * 1e6 / size:0.0} µs | {runs.Max(static r => r.Collected.PeakMB)} MB |");
        }

        if (_grown.Count > 0)
        {
            (Measurement submitted, Measurement collected) = _grown.Values.Last()[^1];
            AppendLine(text, $"");
            AppendLine(text, $"Memory of the last, from its start to its end in twentieths of its time, in MB: submitted {Course(submitted)}; collected {Course(collected)}.");
        }
    }

    private double Up(int size) => Median(_grown[size].Select(static g => g.Submitted), static m => m.Seconds);

    private double Down(int size) => Median(_grown[size].Select(static g => g.Collected), static m => m.Seconds);

    private static string Course(Measurement measured)
        => string.Join(' ', Enumerable.Range(1, 20).Select(i => measured.MemoryMB[Math.Max(0, (measured.MemoryMB.Count * i / 20) - 1)]));

    private string Peer(Work work, Work other, Contestant who) => Of(other, who) is not null
        ? Format($"{Times(other, who)}, {Peak(other, who):N0} MB | {Ratio(work, other, who):0.00}")
        : " | ";

    private string Floor(Work work, Work other) => Of(other, Contestant.Floor) is not null ? Format($"{Times(other, Contestant.Floor)} | {Ratio(work, other, Contestant.Floor):0.0}") : " | ";

    private string Verdict(Work work, Work other, Contestant peer, double goal) => Of(other, peer) is not null
        ? Format($"≤ {goal} × {(peer == Contestant.CSharp ? "C#" : "TypeScript")} {Met(Ratio(work, other, peer) <= goal)}")
        : Format($"≤ {goal} × {peer} not measured");

    private static string Met(bool isMet) => isMet ? "met" : "**missed**";

    private double Ratio(Work work, Work other, Contestant who) => Median(Of(work, Contestant.Ours)!, static m => m.Seconds) / Median(Of(other, who)!, static m => m.Seconds);

    private double Peak(Work work, Contestant who) => Median(Of(work, who)!, static m => m.PeakMB);

    private string Times(Work work, Contestant who)
    {
        List<Measurement> all = Of(work, who)!;
        return Format($"{Median(all, static m => m.Seconds):0.00} s ({all.Min(static m => m.Seconds):0.00}–{all.Max(static m => m.Seconds):0.00})");
    }

    private List<Measurement>? Of(Work work, Contestant who) => _taken.GetValueOrDefault((work, who));

    private static double Median(IEnumerable<Measurement> all, Func<Measurement, double> value)
    {
        double[] sorted = [.. all.Select(value).Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    private string SizeOf(string file) => Format($"{new FileInfo(Path.Combine(options.Folder, file)).Length / 1e6:0}");

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static void AppendLine(StringBuilder text, FormattableString line) => text.Append(Format(line)).Append('\n');
}
