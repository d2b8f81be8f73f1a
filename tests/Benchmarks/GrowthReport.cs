using System.Text;

namespace ClaudeBatch.Benchmarks;

/// <summary>Formats how time and memory grow, and what was promised of it.</summary>
internal sealed class GrowthReport(BenchOptions options)
{
    private const int Reference = 100_000;

    private const int Large = 1_000_000;

    private readonly SortedDictionary<int, List<Growth>> _grown = [];

    private readonly List<(Measurement Submitted, Measurement Collected)> _jobs = [];

    private readonly List<Measurement> _resumed = [];

    private int _removed;

    private (Measurement Round, int Calls)? _polled;

    public void Add(int size, Growth growth)
    {
        _grown.TryAdd(size, []);
        _grown[size].Add(growth);
    }

    public void AddJob(Measurement submitted, Measurement collected) => _jobs.Add((submitted, collected));

    public void AddResumed(Measurement measurement) => _resumed.Add(measurement);

    public void SetRemoved(int jobs) => _removed = jobs;

    public void SetPolling(Measurement round, int calls) => _polled = (round, calls);

    public void AppendTo(StringBuilder text)
    {
        List<(string Budget, string Measured, string Goal)> budgets = [.. Budgets()];
        if (budgets.Count > 0)
        {
            text.Append("\nBudgets\n\n| Budget | Measured | Goal |\n|---|---|---|\n");
            text.AppendJoin(null, budgets.Select(static b => $"| {b.Budget} | {b.Measured} | {b.Goal} |\n"));
        }

        AppendSizes(text);
        AppendJobs(text);
    }

    private IEnumerable<(string Budget, string Measured, string Goal)> Budgets()
    {
        if (_grown.Count > 0)
        {
            long peak = _grown.Values.SelectMany(static g => g).Max(static g => g.PeakMB);
            yield return ("Peak of a job of any size below, default ids, exports included", Text($"{peak} MB"), $"≤ 180 MB: {Taken.Met(peak <= 180)}");
        }

        if (_grown.ContainsKey(Reference) && _grown.ContainsKey(Large))
        {
            double up = Each(Large, Up) / Each(Reference, Up);
            double down = Each(Large, Down) / Each(Reference, Down);
            yield return ("Time a request at 1,000,000, of that at 100,000", Text($"{up:0.00} submitted, {down:0.00} collected"), $"≤ 1.25: {Taken.Met(up <= 1.25 && down <= 1.25)}");
        }

        if (_jobs.Count > 0)
        {
            long all = (long)_jobs.Count * options.JobSize;
            double each = _jobs.Sum(static j => j.Submitted.Seconds + j.Collected.Seconds) / all;
            double? ratio = _grown.ContainsKey(Reference) ? each / (Each(Reference, Up) + Each(Reference, Down)) : null;
            long peak = _jobs.Max(static j => Math.Max(j.Submitted.PeakMB, j.Collected.PeakMB));
            double resumed = Taken.Median(_resumed, static m => m.Seconds);
            string jobs = Text($"{all:N0} requests in {_jobs.Count} jobs of one ledger");
            yield return ($"{jobs}: time a request, of that at 100,000", ratio is { } r ? Text($"{r:0.00}, {each * 1e6:0.0} µs") : Text($"{each * 1e6:0.0} µs"), $"≤ 1.3: {(ratio is { } known ? Taken.Met(known <= 1.3) : "not measured")}");
            yield return ($"{jobs}: peak memory", Text($"{peak} MB"), $"≤ 200 MB: {Taken.Met(peak <= 200)}");
            yield return ("`Resume-ClaudeBatch` with nothing to do in that ledger", Text($"{resumed:0.00} s"), $"≤ 0.5 s: {Taken.Met(resumed <= 0.5)}");
        }

        if (_polled is { } polled)
        {
            yield return (Text($"A round of `Resume-ClaudeBatch` over {polled.Round.Count:N0} unfinished batches"), Text($"{polled.Calls} calls, {polled.Round.Seconds:0.00} s"), $"a handful: {Taken.Met(polled.Calls < 10)}");
        }
    }

    private void AppendSizes(StringBuilder text)
    {
        if (_grown.Count == 0)
        {
            return;
        }

        text.Append("\nGrowth: requests of 2.4 KB from JSON Lines, and rows without ids of their own from CSV to CSV in one shell\n\n");
        text.Append("| Requests | Submitted | Each | Peak | Collected | Each | Peak | CSV to CSV | Each | Peak | direct | Each | Peak |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|\n");
        foreach (int size in _grown.Keys)
        {
            text.Append(Text($"| {size:N0} |")).Append(Cells(size, Up)).Append(Cells(size, Down)).Append(Cells(size, static g => g.Exported)).Append(Cells(size, static g => g.Direct)).Append('\n');
        }

        Growth last = _grown.Values.Last()[^1];
        text.Append(Text($"\nMemory of the last, from its start to its end in twentieths of its time, in MB: submitted {Course(last.Submitted)}; collected {Course(last.Collected)}; CSV to CSV {Course(last.Exported)}"));
        text.Append(last.Direct is { } direct ? $"; direct {Course(direct)}.\n" : ".\n");
    }

    private void AppendJobs(StringBuilder text)
    {
        if (_jobs.Count == 0)
        {
            return;
        }

        text.Append(Text($"\nJobs of {options.JobSize:N0} requests, one after the other in one ledger{(_removed > 0 ? Text($", the payloads of {_removed} of which were removed meanwhile for lack of room") : string.Empty)}\n\n"));
        text.Append("| Job | Submitted | Peak | Collected | Peak |\n|---|---|---|---|---|\n");
        text.AppendJoin(null, _jobs.Select((j, i) => Text($"| {i + 1} | {j.Submitted.Seconds:0.00} s | {j.Submitted.PeakMB} MB | {j.Collected.Seconds:0.00} s | {j.Collected.PeakMB} MB |\n")));
    }

    private string Cells(int size, Func<Growth, Measurement?> select)
    {
        Measurement[] taken = [.. _grown[size].Select(select).OfType<Measurement>()];
        return taken.Length == 0
            ? "  |  |  |"
            : Text($" {Taken.Median(taken, static m => m.Seconds):0.00} s | {Taken.Median(taken, static m => m.Seconds) * 1e6 / size:0.0} µs | {taken.Max(static m => m.PeakMB)} MB |");
    }

    private double Each(int size, Func<Growth, Measurement> select) => Taken.Median(_grown[size].Select(select), static m => m.Seconds) / size;

    private static Measurement Up(Growth growth) => growth.Submitted;

    private static Measurement Down(Growth growth) => growth.Collected;

    private static string Course(Measurement measured)
        => string.Join(' ', Enumerable.Range(1, 20).Select(i => measured.MemoryMB[Math.Max(0, (measured.MemoryMB.Count * i / 20) - 1)]));

    private static string Text(FormattableString text) => Taken.Format(text);
}
