using System.Diagnostics;
using System.Globalization;

namespace ClaudeBatch.Benchmarks;

/// <summary>Everything in turn, as often as was asked, on a server that is started for it.</summary>
internal sealed class BenchRun(BenchOptions options)
{
    private const int Port = 8199;

    private static readonly string s_address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}");

    private readonly HttpClient _http = new() { BaseAddress = new Uri(s_address) };

    private readonly Contestants _who = new(options.Folder, s_address, options.PowerShell, options.Module);

    private readonly BenchReport _report = new(options);

    public async Task<string> RunAsync()
    {
        Directory.CreateDirectory(options.Folder);
        WriteKey(Path.Combine(options.Folder, "key"));
        await _who.PrepareTypeScriptAsync();
        using Process server = await StartServerAsync();
        try
        {
            Prepare(options.Count);
            // Submissions apart: two of the peers need gigabytes, and where a host takes memory back, whoever comes after them pays for it.
            await InTurnAsync("Collections", CollectOnceAsync);
            await InTurnAsync("Submissions", SubmitOnceAsync);

            foreach (int size in options.Growth)
            {
                for (int run = 1; run <= options.Runs; run++)
                {
                    Console.Error.WriteLine($"{size} requests, run {run} of {options.Runs}");
                    await GrowAsync(size);
                }
            }

            if (_who.HasModule)
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

    // The first run warms the disk and is not counted.
    private async Task InTurnAsync(string what, Func<bool, Task> runOnce)
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
        await SubmitAsync(Who.Ours, () => _who.SubmitAsync(options.Count));
        await MeasureAsync(counts, Work.Submit, Who.Floor, () => _who.RawAsync("raw-submit", requests), isCounted: false);
        await SubmitAsync(Who.CSharp, () => _who.CSharpAsync("sdk-submit", requests));
        if (_who.HasTypeScript)
        {
            await SubmitAsync(Who.TypeScript, () => _who.TypeScriptAsync("submit", requests));
        }

        async Task SubmitAsync(Who who, Func<Task<Measurement>> measure)
        {
            await DigestsAsync();
            await MeasureAsync(counts, Work.Submit, who, measure);
            _report.Received(who, await DigestsAsync());
        }
    }

    private async Task CollectOnceAsync(bool counts)
    {
        string requests = Path.Combine(options.Folder, BenchData.RequestsOf(options.Count));
        Clear("ledger", "ledger-alone");
        await _who.SubmitAsync(options.Count);
        await MeasureAsync(Work.Collect, Who.Ours, () => _who.CollectAsync());
        await MeasureAsync(Work.ReadAgain, Who.Ours, () => _who.CollectAsync());
        await MeasureAsync(Work.Collect, Who.CSharp, async () => await _who.CSharpAsync("sdk-collect", await ServedAsync()));
        if (_who.HasTypeScript)
        {
            await MeasureAsync(Work.Collect, Who.TypeScript, async () => await _who.TypeScriptAsync("collect", await ServedAsync()));
        }

        await MeasureAsync(Work.Collect, Who.Floor, async () => await _who.RawAsync("raw-collect", await ServedAsync(), Path.Combine(options.Folder, "floor")), isCounted: false);
        await MeasureAsync(Work.Ledger, Who.Ours, () => _who.LedgerAsync(options.Count));
        if (_who.HasModule)
        {
            await RunModuleAsync();
        }

        Task MeasureAsync(Work work, Who who, Func<Task<Measurement>> measure, bool isCounted = true) => this.MeasureAsync(counts, work, who, measure, isCounted);

        async Task RunModuleAsync()
        {
            string rows = Path.Combine(options.Folder, BenchData.RowsOf(options.Count));
            const string render = "New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 12 -CustomId 'r-{{Id}}' -Prompt '[{{Language}}] {{Body}}'";
            await MeasureAsync(Work.Text, Who.Ours, () => _who.ModuleAsync("$n = 0; Get-ClaudeBatchResult -Job bench | ForEach-Object { if ($_.Text) { $n++ } }; $n"));
            await MeasureAsync(Work.Rows, Who.Ours, () => _who.ModuleAsync($"(Import-Csv '{rows}' | {render} | Submit-ClaudeBatch -Job rows -WarningAction Ignore).RequestCount"));
            // What a row costs is what the template adds to reading it, once the shell has compiled what it runs.
            string read = $"Import-Csv '{rows}' > $null";
            string rendered = $"Import-Csv '{rows}' | {render} > $null";
            await MeasureAsync(Work.Csv, Who.Ours, () => _who.ModuleAsync(read, $"{options.Count}", read));
            await MeasureAsync(Work.Render, Who.Ours, () => _who.ModuleAsync(rendered, $"{options.Count}", rendered));
            Clear("ledger-warm");
            string submit = $"[void](Submit-ClaudeBatch -Path '{requests}' -Job {{0}} -WarningAction Ignore)";
            await MeasureAsync(Work.CollectWarm, Who.Ours, () => _who.ModuleAsync(
                "Get-ClaudeBatchResult -Job second > $null",
                "(Get-ClaudeBatchJob second).Succeeded",
                string.Format(CultureInfo.InvariantCulture, submit, "first") + "; Get-ClaudeBatchResult -Job first > $null; " + string.Format(CultureInfo.InvariantCulture, submit, "second"),
                "ledger-warm"));
            await MeasureAsync(Work.Import, Who.Ours, _who.ImportAsync, isCounted: false);
        }
    }

    private async Task MeasureAsync(bool counts, Work work, Who who, Func<Task<Measurement>> measure, bool isCounted = true)
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
        Measurement submitted = await _who.SubmitAsync(size, isWatched: true);
        Measurement collected = await _who.CollectAsync(isWatched: true);
        if (submitted.Count != size || collected.Count != size)
        {
            throw new InvalidOperationException($"Of {size} requests {submitted.Count} were submitted and {collected.Count} collected.");
        }

        _report.Grown(size, submitted, collected);
    }

    // A thousand batches that go on: how many calls does a round take?
    private async Task PollAsync()
    {
        Clear("ledger");
        await _http.PostAsync(new Uri("/bench/hold/true", UriKind.Relative), null);
        string file = Path.Combine(options.Folder, "polled.jsonl");
        await File.WriteAllLinesAsync(file, File.ReadLines(Path.Combine(options.Folder, BenchData.RequestsOf(1_000))));
        await _who.ModuleAsync($"(Submit-ClaudeBatch -Path '{file}' -Job polled -MaxRequestsPerBatch 1 -WarningAction Ignore).Count");
        await CallsAsync();
        Measurement round = await _who.ModuleAsync("$null = Resume-ClaudeBatch -Job polled -WarningAction Ignore", "(Get-ClaudeBatch -Job polled -Local).Count");
        _report.Polled(round, await CallsAsync());
        await _http.PostAsync(new Uri("/bench/hold/false", UriKind.Relative), null);

        async Task<int> CallsAsync() => int.Parse(await _http.GetStringAsync(new Uri("/bench/calls", UriKind.Relative)), CultureInfo.InvariantCulture);
    }

    // What the creates since the last question had as bodies.
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
        string? said = await server.StandardOutput.ReadLineAsync();
        return said == "ready" ? server : throw new InvalidOperationException($"The server did not start: {said}");
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
