using System.Diagnostics;
using System.Globalization;

namespace ClaudeBatch.Benchmarks;

/// <summary>Starts a server and takes all measurements on it, one after the other.</summary>
internal sealed class BenchRun(BenchOptions options)
{
    private const int Port = 8199;

    private static readonly string s_address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}");

    private readonly HttpClient _http = new() { BaseAddress = new Uri(s_address) };

    private readonly Contestants _contestants = new(options.Folder, s_address, options.PowerShell, options.Module);

    private readonly BenchReport _report = new(options);

    public async Task<string> RunAsync()
    {
        Directory.CreateDirectory(options.Folder);
        WriteKey(Path.Combine(options.Folder, "key"));
        await _contestants.PrepareTypeScriptAsync();
        using Process server = await StartServerAsync();
        try
        {
            Prepare(options.Count);
            // The submissions run last and apart, because two of the peers use gigabytes of memory. On a machine that has to reclaim it, the
            // next measurement would be slower.
            await RepeatAsync("Collections", CollectOnceAsync);
            await RepeatAsync("Submissions", SubmitOnceAsync);

            foreach (int size in options.Growth)
            {
                for (int run = 1; run <= options.Runs; run++)
                {
                    Console.Error.WriteLine($"{size} requests, run {run} of {options.Runs}");
                    await GrowAsync(size);
                }
            }

            if (_contestants.HasModule)
            {
                Console.Error.WriteLine("1000 unfinished batches");
                await PollAsync();
            }

            return _report.ToString();
        }
        finally
        {
            server.Kill();
        }
    }

    // The first run warms the disk cache and is not counted.
    private async Task RepeatAsync(string what, Func<bool, Task> runOnce)
    {
        for (int run = 0; run <= options.Runs; run++)
        {
            Console.Error.WriteLine($"{what}, run {run} of {options.Runs}");
            await runOnce(run > 0);
        }
    }

    private async Task SubmitOnceAsync(bool counts)
    {
        string requests = Path.Combine(options.Folder, BenchData.RequestsOf(options.Count));
        Clear("ledger");
        await SubmitAsync(Contestant.Ours, () => _contestants.SubmitAsync(options.Count));
        await MeasureAsync(counts, Work.Submit, Contestant.Floor, () => _contestants.RawAsync("raw-submit", requests), isCounted: false);
        await SubmitAsync(Contestant.CSharp, () => _contestants.CSharpAsync("sdk-submit", requests));
        if (_contestants.HasTypeScript)
        {
            await SubmitAsync(Contestant.TypeScript, () => _contestants.TypeScriptAsync("submit", requests));
        }

        async Task SubmitAsync(Contestant who, Func<Task<Measurement>> measure)
        {
            await DigestsAsync();
            await MeasureAsync(counts, Work.Submit, who, measure);
            _report.AddReceived(who, await DigestsAsync());
        }
    }

    private async Task CollectOnceAsync(bool counts)
    {
        string requests = Path.Combine(options.Folder, BenchData.RequestsOf(options.Count));
        Clear("ledger", "ledger-alone");
        await _contestants.SubmitAsync(options.Count);
        await MeasureAsync(Work.Collect, Contestant.Ours, () => _contestants.CollectAsync());
        await MeasureAsync(Work.ReadAgain, Contestant.Ours, () => _contestants.CollectAsync());
        await MeasureAsync(Work.Collect, Contestant.CSharp, async () => await _contestants.CSharpAsync("sdk-collect", await ServedAsync()));
        if (_contestants.HasTypeScript)
        {
            await MeasureAsync(Work.Collect, Contestant.TypeScript, async () => await _contestants.TypeScriptAsync("collect", await ServedAsync()));
        }

        await MeasureAsync(Work.Collect, Contestant.Floor, async () => await _contestants.RawAsync("raw-collect", await ServedAsync(), Path.Combine(options.Folder, "floor")), isCounted: false);
        await MeasureAsync(Work.Ledger, Contestant.Ours, () => _contestants.LedgerAsync(options.Count));
        if (_contestants.HasModule)
        {
            await RunModuleAsync();
        }

        Task MeasureAsync(Work work, Contestant who, Func<Task<Measurement>> measure, bool isCounted = true) => this.MeasureAsync(counts, work, who, measure, isCounted);

        async Task RunModuleAsync()
        {
            string rows = Path.Combine(options.Folder, BenchData.RowsOf(options.Count));
            const string render = "New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 12 -CustomId 'r-{{Id}}' -Prompt '[{{Language}}] {{Body}}'";
            await MeasureAsync(Work.Text, Contestant.Ours, () => _contestants.ModuleAsync("$n = 0; Get-ClaudeBatchResult -Job bench -InformationAction Ignore | ForEach-Object { if ($_.Text) { $n++ } }; $n"));
            await MeasureAsync(Work.Rows, Contestant.Ours, () => _contestants.ModuleAsync($"(Import-Csv '{rows}' | {render} | Submit-ClaudeBatch -Job rows -WarningAction Ignore).RequestCount"));
            // The cost of rendering is the difference between these two. Each is run once before, untimed, so that it is compiled.
            string read = $"Import-Csv '{rows}' > $null";
            string rendered = $"Import-Csv '{rows}' | {render} > $null";
            await MeasureAsync(Work.Csv, Contestant.Ours, () => _contestants.ModuleAsync(read, $"{options.Count}", read));
            await MeasureAsync(Work.Render, Contestant.Ours, () => _contestants.ModuleAsync(rendered, $"{options.Count}", rendered));
            Clear("ledger-warm");
            string submit = $"[void](Submit-ClaudeBatch -Path '{requests}' -Job {{0}} -WarningAction Ignore)";
            await MeasureAsync(Work.CollectWarm, Contestant.Ours, () => _contestants.ModuleAsync(
                "Get-ClaudeBatchResult -Job second -InformationAction Ignore > $null",
                "(Get-ClaudeBatchJob second).Succeeded",
                string.Format(CultureInfo.InvariantCulture, submit, "first") + "; Get-ClaudeBatchResult -Job first -InformationAction Ignore > $null; " + string.Format(CultureInfo.InvariantCulture, submit, "second"),
                "ledger-warm"));
            await MeasureAsync(Work.Import, Contestant.Ours, _contestants.ImportAsync, isCounted: false);
        }
    }

    private async Task MeasureAsync(bool counts, Work work, Contestant who, Func<Task<Measurement>> measure, bool isCounted = true)
    {
        Measurement taken = await measure();
        if (isCounted && taken.Count != options.Count)
        {
            throw new InvalidOperationException($"{who} did {work} for {taken.Count} of {options.Count} requests.");
        }

        _report.Add(counts, work, who, taken);
    }

    private async Task GrowAsync(int size)
    {
        Prepare(size);
        Clear("ledger", "ledger-warm");
        Measurement submitted = await _contestants.SubmitAsync(size, isWatched: true);
        Measurement collected = await _contestants.CollectAsync(isWatched: true);
        if (submitted.Count != size || collected.Count != size)
        {
            throw new InvalidOperationException($"Of {size} requests {submitted.Count} were submitted and {collected.Count} collected.");
        }

        _report.AddGrowth(size, submitted, collected);
    }

    // Counts the calls of one polling round over a thousand running batches.
    private async Task PollAsync()
    {
        Clear("ledger");
        await _http.PostAsync(new Uri("/bench/hold/true", UriKind.Relative), null);
        string file = Path.Combine(options.Folder, "polled.jsonl");
        await File.WriteAllLinesAsync(file, File.ReadLines(Path.Combine(options.Folder, BenchData.RequestsOf(1_000))));
        await _contestants.ModuleAsync($"(Submit-ClaudeBatch -Path '{file}' -Job polled -MaxRequestsPerBatch 1 -WarningAction Ignore).Count");
        await CallsAsync();
        Measurement round = await _contestants.ModuleAsync("$null = Resume-ClaudeBatch -Job polled -WarningAction Ignore", "(Get-ClaudeBatch -Job polled -Local).Count");
        _report.SetPolling(round, await CallsAsync());
        await _http.PostAsync(new Uri("/bench/hold/false", UriKind.Relative), null);

        async Task<int> CallsAsync() => int.Parse(await _http.GetStringAsync(new Uri("/bench/calls", UriKind.Relative)), CultureInfo.InvariantCulture);
    }

    // Returns the digests of the create bodies that the server has received since the last call.
    private Task<string> DigestsAsync() => _http.GetStringAsync(new Uri("/bench/digests", UriKind.Relative));

    private async Task<string> ServedAsync()
    {
        using HttpResponseMessage reply = await _http.PostAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"/bench/batch/{options.Count}"), UriKind.Relative), null);
        return await reply.Content.ReadAsStringAsync();
    }

    private void Prepare(int count)
    {
        if (!File.Exists(Path.Combine(options.Folder, BenchData.ResultsOf(0, Math.Min(count, 100_000)))) || !File.Exists(Path.Combine(options.Folder, BenchData.RequestsOf(count))))
        {
            BenchData.Write(options.Folder, count);
        }
    }

    private void Clear(params string[] names)
    {
        foreach (string path in names.Select(n => Path.Combine(options.Folder, n)).Where(Directory.Exists))
        {
            Directory.Delete(path, recursive: true);
        }
    }

    private async Task<Process> StartServerAsync()
    {
        Process server = Process.Start(new ProcessStartInfo("dotnet", [typeof(BenchRun).Assembly.Location, "serve", options.Folder, $"{Port}"]) { RedirectStandardOutput = true })!;
        string? line = await server.StandardOutput.ReadLineAsync();
        return line == "ready" ? server : throw new InvalidOperationException($"The server did not start: {line}");
    }

    private static void WriteKey(string path)
    {
        File.WriteAllText(path, "sk-ant-bench");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}
