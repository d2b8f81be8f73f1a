using System.Diagnostics;
using System.Globalization;

namespace ClaudeBatch.Benchmarks;

/// <summary>Starts a server and takes all measurements on it, one after the other.</summary>
internal sealed partial class BenchRun : IDisposable
{
    private readonly BenchOptions _options;

    private readonly HttpClient _http;

    private readonly Peers _peers;

    private readonly ModuleShell _ours;

    private readonly ModuleShell? _baseline;

    private readonly BenchReport _report;

    public BenchRun(BenchOptions options)
    {
        string address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{options.Port}");
        _options = options;
        _http = new HttpClient { BaseAddress = new Uri(address) };
        _peers = new Peers(options.Folder, address);
        _ours = new ModuleShell(Contestant.Ours, options.Module, options, address);
        _baseline = options.Baseline is { } manifest ? new ModuleShell(Contestant.Baseline, manifest, options, address) : null;
        _report = new BenchReport(options);
    }

    public async Task<string> RunAsync()
    {
        Directory.CreateDirectory(_options.Folder);
        WriteKey(PathOf("key"));
        await _peers.PrepareNodeAsync();
        foreach (ModuleShell module in InTurn(run: 1))
        {
            await module.LookAsync();
        }

        if (_options.Baseline is { } manifest && await Shell.TryAsync("git", ["rev-parse", "--short", "HEAD"], Path.GetDirectoryName(manifest)!) is { } commit)
        {
            _report.BaselineCommit = commit;
        }

        using Process server = await StartServerAsync();
        try
        {
            // The submissions run last and apart, because two of the peers use gigabytes of memory. On a machine that has to reclaim it, the
            // next measurement would be slower.
            await RepeatAsync(Part.Import, ImportOnceAsync);
            await RepeatAsync(Part.Journey, JourneyOnceAsync);
            await RepeatAsync(Part.Rows, RowsOnceAsync);
            await RepeatAsync(Part.Rounds, RoundsOnceAsync);
            await RepeatAsync(Part.Export, ExportOnceAsync);
            await RepeatAsync(Part.Collect, CollectOnceAsync);
            await RepeatAsync(Part.Submit, SubmitOnceAsync);
            if (_options.Only.Contains(Part.Growth))
            {
                await GrowAsync();
                await FillAsync();
            }

            if (_options.Only.Contains(Part.Poll))
            {
                await PollAsync();
            }

            foreach (ModuleShell module in InTurn(run: 1))
            {
                module.Clear();
            }

            return _report.ToString();
        }
        finally
        {
            server.Kill();
        }
    }

    public void Dispose() => _http.Dispose();

    // The first run warms the disk cache and is not counted.
    private async Task RepeatAsync(Part part, Func<int, Task> runOnce)
    {
        for (int run = 0; _options.Only.Contains(part) && run <= _options.Runs; run++)
        {
            Say($"{part}, run {run} of {_options.Runs}");
            await runOnce(run);
        }
    }

    // Each build is the first one in every other run.
    private IEnumerable<ModuleShell> InTurn(int run)
    {
        IEnumerable<ModuleShell> all = _baseline is null ? [_ours] : [_ours, _baseline];
        return run % 2 == 0 ? all.Reverse() : all;
    }

    private async Task MeasureAsync(int run, Work work, Contestant who, Task<Measurement> measuring, bool isCounted = true, int? count = null)
    {
        Measurement taken = await measuring;
        if (isCounted)
        {
            Check($"{who} did {work}", taken.Count, count ?? _options.Count);
        }

        if (run > 0)
        {
            _report.Add(work, who, taken);
        }
    }

    private static void Check(string what, long count, long expected)
    {
        if (count != expected)
        {
            throw new InvalidOperationException($"{what} for {count} of {expected} requests.");
        }
    }

    private string PathOf(string name) => Path.Combine(_options.Folder, name);

    private Task<string> PostAsync(string path) => SendAsync(HttpMethod.Post, path);

    private Task<string> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    private async Task<string> SendAsync(HttpMethod method, string path)
    {
        using HttpRequestMessage request = new(method, new Uri(path, UriKind.Relative));
        using HttpResponseMessage reply = await _http.SendAsync(request);
        return await reply.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
    }

    private async Task<Process> StartServerAsync()
    {
        Process server = Process.Start(new ProcessStartInfo("dotnet", [typeof(BenchRun).Assembly.Location, "serve", _options.Folder, $"{_options.Port}"]) { RedirectStandardOutput = true })!;
        string? line = await server.StandardOutput.ReadLineAsync();
        return line == "ready" ? server : throw new InvalidOperationException($"The server did not start: {line}");
    }

    private static void Say(string what) => Console.Error.WriteLine(what);

    private static void WriteKey(string path)
    {
        File.WriteAllText(path, "sk-ant-bench");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}
