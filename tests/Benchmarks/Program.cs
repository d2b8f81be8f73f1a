using System.Diagnostics;
using System.Globalization;
using ClaudeBatch.Benchmarks;

switch (args)
{
    case ["run", .. string[] rest]:
        BenchOptions options;
        try
        {
            options = BenchOptions.Parse(rest);
        }
        catch (ArgumentException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 2;
        }

        using (BenchRun run = new(options))
        {
            string tables = await run.RunAsync();
            Console.WriteLine(tables);
            if (options.Report is { } page)
            {
                PerformancePage.Write(page, tables);
            }
        }

        return 0;
    case ["inner"]:
        InnerLoops.Run();
        return 0;

    // A run starts each of these in a process of its own. Those that measure print one line of JSON.
    case ["serve", string folder, string port]:
        await BenchServer.RunAsync(folder, int.Parse(port, CultureInfo.InvariantCulture));
        return 0;
    case ["sdk-submit", string address, string file]:
        return await MeasureAsync(() => SdkPeer.SubmitAsync(address, file));
    case ["sdk-submit-lean", string address, string file]:
        return await MeasureAsync(() => SdkPeer.SubmitLeanAsync(address, file));
    case ["sdk-collect", string address, string id]:
        return await MeasureAsync(() => SdkPeer.CollectAsync(address, id));
    case ["raw-submit", string address, string file]:
        return await MeasureAsync(() => RawHttp.SubmitAsync(address, file));
    case ["raw-collect", string address, string id, string file]:
        return await MeasureAsync(() => RawHttp.CollectAsync(address, id, file));
    case ["ledger", string folder, string count]:
        return await MeasureAsync(() => Task.FromResult(LedgerWrites.Run(folder, int.Parse(count, CultureInfo.InvariantCulture))));
    default:
        await Console.Error.WriteLineAsync(BenchOptions.Usage);
        return 2;
}

static async Task<int> MeasureAsync(Func<Task<long>> work)
{
    Stopwatch watch = Stopwatch.StartNew();
    long count = await work();
    double seconds = watch.Elapsed.TotalSeconds;
    using Process self = Process.GetCurrentProcess();
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $$"""{"seconds":{{seconds:0.000}},"peakMB":{{self.PeakWorkingSet64 / 1048576}},"count":{{count}}}"""));
    return 0;
}
