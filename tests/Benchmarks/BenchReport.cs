using System.Runtime.InteropServices;
using System.Text;

namespace ClaudeBatch.Benchmarks;

/// <summary>Gathers the measurements and formats them as the tables of docs/performance.md.</summary>
internal sealed class BenchReport(BenchOptions options)
{
    private static readonly ComparisonTable[] s_tables =
    [
        new("From CSV rows to a CSV file with the answers, in a fresh shell", "Node script",
        [
            new(Work.JourneyByPipeline, "`Import-Csv`, `New-ClaudeBatchRequest`, `Submit-ClaudeBatch`; `Get-ClaudeBatchResult`, `Export-ClaudeBatchResult`", new Goal(Contestant.TypeScript, 1.2)),
            new(Work.JourneyDirect, "`New-ClaudeBatchRequest -Path`, `Submit-ClaudeBatch`; `Export-ClaudeBatchResult -Job`", new Goal(Contestant.TypeScript, 0.85))
            {
                PeerWork = Work.JourneyByPipeline, BaselineWork = Work.JourneyByPipeline,
            },
        ]),
        new("Requests from a JSON Lines file to a submitted batch", "TypeScript SDK",
        [
            new(Work.Submit, "Read, check, spool, ledger, upload", new Goal(Contestant.LeanCSharp, 0.38)),
            new(Work.SubmitWarm, "The same, warm", new Goal(Contestant.LeanCSharp, 0.26)) { PeerWork = Work.Submit },
            new(Work.Ledger, "The ledger alone: rows and seal"),
        ]),
        new("Answers of an ended batch, with `.Text` of each read in `ForEach-Object`", "TypeScript SDK",
        [
            new(Work.Collect, "First collection: download, verify, flush, ledger, objects", new Goal(Contestant.TypeScript, 1.6)),
            new(Work.CollectWarm, "The same, warm", new Goal(Contestant.TypeScript, 1.0)) { PeerWork = Work.Collect },
            new(Work.ReadAgain, "Reading again what was collected", new Goal(Contestant.TypeScript, 1.0)) { PeerWork = Work.Collect },
            new(Work.ReadAgainWarm, "The same, warm", new Goal(Contestant.TypeScript, 0.5)) { PeerWork = Work.Collect },
            new(Work.ShellAlone, "The shell alone: as many objects that are ready") { PeerWork = Work.Collect },
            new(Work.ShellAloneWarm, "The same, warm") { PeerWork = Work.Collect },
        ]),
        new("Tools: a tenth of the rows by `Invoke-ClaudeBatch -Tool`, in a fresh shell, with an instant tool that only reads", string.Empty,
        [
            new(Work.OneBatch, "Answered at once: one batch"),
            new(Work.ThreeRounds, "Two calls each, one after the other: three batches; at most 4.5 times the first row"),
        ]),
        new("Rows and files, warm, beside the baseline", string.Empty,
        [
            new(Work.RowsByPipeline, "Rows through `New-ClaudeBatchRequest` into `Submit-ClaudeBatch`, less `Import-Csv`", new Goal(Contestant.Baseline, 0.7)),
            new(Work.RowsDirect, "`New-ClaudeBatchRequest -Path` into `Submit-ClaudeBatch`, nothing taken off", new Goal(Contestant.Baseline, 0.4)) { BaselineWork = Work.RowsByPipeline },
            new(Work.ExportCsv, "`Get-ClaudeBatchResult` into `Export-ClaudeBatchResult`, CSV", new Goal(Contestant.Baseline, 0.12)),
            new(Work.ExportJsonLines, "The same, JSON Lines", new Goal(Contestant.Baseline, 0.12)),
            new(Work.ExportDirect, "`Export-ClaudeBatchResult -Job`, CSV") { BaselineWork = Work.ExportCsv },
            new(Work.Report, "`Export-ClaudeBatchReport`, a page with all rows; at most four times the CSV"),
            new(Work.Import, "`Import-Module`, in a fresh shell", new Goal(Contestant.Baseline, 1.1)),
        ]),
    ];

    private readonly Taken _taken = new();

    private readonly SortedDictionary<Contestant, string> _received = [];

    public GrowthReport Growth { get; } = new(options);

    /// <summary>The commit that is checked out where the baseline was built; null where it is not known.</summary>
    public string? BaselineCommit { get; set; }

    public void Add(Work work, Contestant who, Measurement measurement) => _taken.Add(work, who, measurement);

    /// <summary>Adds what the server received from a contestant, to show that all contestants send the same bytes.</summary>
    /// <param name="who">The contestant that made the create call.</param>
    /// <param name="digest">The number of requests in the body, and a digest of its bytes.</param>
    public void AddReceived(Contestant who, string digest) => _received[who] = digest;

    public override string ToString()
    {
        StringBuilder text = new();
        text.Append(Taken.Format($"Measured by `./build.ps1 Bench` on {DateTime.UtcNow:yyyy-MM-dd}: {RuntimeInformation.OSDescription}, {Environment.ProcessorCount} processors, PowerShell {options.PowerShellVersion}, .NET {Environment.Version}.{Sizes()}\n"));
        text.Append(Taken.Format($"Medians of {options.Runs} runs (minimum–maximum) after one that is not counted, each in a process of its own, all in turn on one plain server (`tests/Benchmarks/BenchServer.cs`: the emulator would be the bottleneck). Times are those inside the process, after import; memory is the process's peak. Warm is the second job of a shell; peers are always fresh. Ours is so many times a peer's time. The floor is the same bytes by HttpClient between the server and a file.{(BaselineCommit is null ? string.Empty : $" The baseline is commit {BaselineCommit}.")}\n"));
        foreach (ComparisonTable table in s_tables)
        {
            table.AppendTo(text, _taken);
        }

        if (_taken.Has(Work.RowsByPipeline, Contestant.Ours))
        {
            text.Append(Taken.Format($"\n`Import-Csv` alone took {_taken.TakenOff(Work.RowsByPipeline, Contestant.Ours):0.00} s in these shells.\n"));
        }

        Growth.AppendTo(text);
        if (_received.Count > 0)
        {
            text.Append(Taken.Format($"\nWhat the server received: {string.Join("; ", _received.Select(static r => $"{r.Key} {r.Value}"))}.\n"));
        }

        return text.ToString();
    }

    private string Sizes()
    {
        int part = BenchData.Parts(0, options.Count).First().Count;
        (string Path, string Words)[] files =
        [
            (BenchMessages.RowsOf(options.Folder, options.Count), "CSV rows"),
            (BenchMessages.AnswersOf(options.Folder, 0, part), "their answers"),
            (BenchData.RequestsOf(options.Folder, 0, options.Count), "JSON Lines"),
            (BenchData.ResultsOf(options.Folder, 0, part), "their answers"),
        ];
        string[] sizes = [.. files.Where(static f => File.Exists(f.Path)).Select(static f => Taken.Format($"{f.Words} of {new FileInfo(f.Path).Length / 1e6:0.#} MB"))];
        return sizes.Length > 0 ? Taken.Format($" {options.Count:N0} requests: {string.Join(", ", sizes)}.") : string.Empty;
    }
}
