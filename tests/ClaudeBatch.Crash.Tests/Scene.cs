using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Emulator;
using ClaudeBatch.Emulator.Server;

namespace ClaudeBatch.Crash.Tests;

/// <summary>An emulated service on a port, a ledger, and processes (probes) that work with both and are killed.</summary>
internal sealed class Scene : IAsyncDisposable
{
    /// <summary>How long a test waits before it fails, so that it never waits for ever. It is long enough for slow machines.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly EmulatorServer _server;

    private readonly double _speed;

    private readonly List<Process> _processes = [];

    private readonly bool _ownsServer;

    private Scene(string root, EmulatorServer server, TimeProvider clock, double speed, string ledger = "ledger", bool ownsServer = true)
    {
        Root = root;
        Clock = clock;
        _server = server;
        _speed = speed;
        _ownsServer = ownsServer;
        Ledger = Path.Combine(root, ledger);
    }

    public string Root { get; }

    /// <summary>The clock of the service.</summary>
    public TimeProvider Clock { get; }

    public string Ledger { get; }

    /// <summary>Makes a scene with the same service and another ledger.</summary>
    public Scene WithAnotherLedger(string name = "another") => new(Root, _server, Clock, _speed, name, ownsServer: false);

    /// <summary>Gives the service's ids of the batches in the ledger.</summary>
    public IEnumerable<string?> ServiceIdsInLedger()
    {
        using JobLedger ledger = JobLedger.Open(new LedgerFolder(Ledger), TimeProvider.System);
        return [.. ledger.Batches.All().Select(static b => b.ServiceId)];
    }

    public static async Task<Scene> StartAsync(EmulatorPlan plan)
    {
        string root = Directory.CreateTempSubdirectory("claudebatch-crash-").FullName;
        string state = Path.Combine(root, "service");
        Directory.CreateDirectory(state);
        EmulatorClock clock = new(TimeProvider.System, plan.Speed);
        return new Scene(root, await EmulatorServer.StartAsync(state, plan, clock), clock, plan.Speed);
    }

    /// <summary>Starts a process of the crash probe.</summary>
    /// <param name="command">The command of the probe, with its options.</param>
    /// <param name="under">A program that runs the probe, such as a tracer, with its arguments; empty for none.</param>
    public Process Start(string command, params string[] under)
    {
        string[] probe = [.. under, "dotnet", Path.Combine(AppContext.BaseDirectory, "ClaudeBatch.CrashProbe.dll")];
        ProcessStartInfo start = new(probe[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string speed = _speed.ToString(CultureInfo.InvariantCulture);
        string[] arguments =
            [.. probe[1..], .. command.Split(' '), "--server", _server.BaseAddress.AbsoluteUri, "--ledger", Ledger, "--speed", speed];
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        Process process = Process.Start(start)!;
        _processes.Add(process);
        return process;
    }

    /// <summary>Runs a process of the crash probe to its end.</summary>
    /// <returns>The text that it has written to both streams.</returns>
    public async Task<string> RunAsync(string command, params string[] under)
    {
        using CancellationTokenSource limit = new(Patience);
        Process process = Start(command, under);
        Task<string> error = process.StandardError.ReadToEndAsync(limit.Token);
        string output = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return output + await error;
    }

    /// <summary>Starts a process of the crash probe, and waits until it has stopped at a place in the code.</summary>
    public async Task<Process> RunToAsync(string command, string place, int skip = 0)
    {
        using CancellationTokenSource limit = new(Patience);
        Process process = Start($"{command} --stop-at {place} --skip {skip}");
        StringBuilder before = new();
        while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (line == $"at {place}")
            {
                return process;
            }

            before.AppendLine(line);
        }

        throw new InvalidOperationException($"'{place}' was never reached: {before}{await process.StandardError.ReadToEndAsync(limit.Token)}");
    }

    /// <summary>Runs a process of the crash probe to a place in the code and kills it there, so that nothing can clean up.</summary>
    public async Task KillAtAsync(string command, string place, int skip = 0)
    {
        Process process = await RunToAsync(command, place, skip);
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Counts how often each custom id is in the batches of the service.</summary>
    public Dictionary<string, int> IdsAtService()
    {
        Dictionary<string, int> counts = [];
        foreach (string body in Directory.EnumerateFiles(Path.Combine(Root, "service", "batches"), "*.body"))
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(body));
            foreach (JsonElement request in document.RootElement.GetProperty("requests").EnumerateArray())
            {
                string id = request.GetProperty("custom_id").GetString()!;
                counts[id] = counts.GetValueOrDefault(id) + 1;
            }
        }

        return counts;
    }

    /// <summary>Finds files of the ledger that were not written completely.</summary>
    public IEnumerable<string> TornFiles() => Directory.EnumerateFiles(Ledger, "*", SearchOption.AllDirectories).Where(static f => f.EndsWith(".partial", StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        foreach (Process process in _processes)
        {
            if (!process.HasExited)
            {
                process.Kill();
            }

            process.Dispose();
        }

        if (_ownsServer)
        {
            await _server.DisposeAsync();
            Directory.Delete(Root, recursive: true);
        }
    }
}
