using System.Diagnostics;
using System.Globalization;
using ClaudeBatch.Benchmarks;

// What Bench.ps1 runs, each in a process of its own; a measurement prints one line of JSON.
switch (args)
{
    case ["data", string folder, string count]:
        BenchData.Write(folder, int.Parse(count, CultureInfo.InvariantCulture));
        return 0;
    case ["serve", string folder, string port]:
        await BenchServer.RunAsync(folder, int.Parse(port, CultureInfo.InvariantCulture));
        return 0;
    case ["sdk-submit", string address, string file]:
        return await MeasureAsync(() => SdkPeer.SubmitAsync(address, file));
    case ["sdk-collect", string address, string id]:
        return await MeasureAsync(() => SdkPeer.CollectAsync(address, id));
    case ["ledger", string folder, string count]:
        return await MeasureAsync(() => Task.FromResult(LedgerWrites.Run(folder, int.Parse(count, CultureInfo.InvariantCulture))));
    case ["inner"]:
        InnerLoops.Run();
        return 0;
    default:
        await Console.Error.WriteLineAsync("data <folder> <count> | serve <folder> <port> | sdk-submit <address> <file> | sdk-collect <address> <id> | ledger <folder> <count> | inner");
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
