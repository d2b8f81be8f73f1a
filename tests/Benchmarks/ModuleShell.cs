using System.Globalization;

namespace ClaudeBatch.Benchmarks;

/// <summary>A build of the module, run in new PowerShell processes with a ledger of its own.</summary>
/// <param name="who">Ours, or the baseline.</param>
/// <param name="manifest">The path of the build's manifest.</param>
/// <param name="options">The options of the run.</param>
/// <param name="address">The address of the server.</param>
internal sealed class ModuleShell(Contestant who, string manifest, BenchOptions options, string address)
{
    private readonly string _ledger = Path.Combine(options.Folder, $"ledger-{who}".ToLowerInvariant());

    public Contestant Who => who;

    /// <summary>Whether the build reads a file of rows by itself.</summary>
    public bool ReadsRows { get; private set; }

    /// <summary>Whether the build writes a job's results without the pipeline.</summary>
    public bool ExportsJobs { get; private set; }

    /// <summary>Whether the build writes reports.</summary>
    public bool WritesReports { get; private set; }

    /// <summary>Whether the build runs tools.</summary>
    public bool RunsTools { get; private set; }

    /// <summary>Finds out what the build can do.</summary>
    public async Task LookAsync()
    {
        ReadsRows = await HasAsync("New-ClaudeBatchRequest", "Path");
        ExportsJobs = await HasAsync("Export-ClaudeBatchResult", "Job");
        RunsTools = await HasAsync("Invoke-ClaudeBatch", "Tool");
        WritesReports = await HasAsync("Export-ClaudeBatchReport", "Job");

        async Task<bool> HasAsync(string command, string parameter)
            => (await RunAsync(string.Empty, $"[int] [bool] (Get-Command {command} -ErrorAction Ignore).Parameters.{parameter}")).Count == 1;
    }

    public void Clear()
    {
        if (Directory.Exists(_ledger))
        {
            Directory.Delete(_ledger, recursive: true);
        }
    }

    /// <summary>Runs a script in a new process that has imported the module, and times a part of it.</summary>
    /// <param name="work">The part of the script that is timed.</param>
    /// <param name="count">An expression for the number of items handled, evaluated after the timed part.</param>
    /// <param name="before">The part that runs first and is not timed.</param>
    /// <param name="without">A part whose time is taken off; it is timed in the same process, before the work.</param>
    /// <param name="isWatched">Whether the memory of the process is recorded over time.</param>
    public Task<Measurement> RunAsync(string work, string count, string before = "", string without = "", bool isWatched = false)
    {
        string script = $$"""
            $ErrorActionPreference = 'Stop'
            Import-Module '{{manifest}}'
            Connect-ClaudeBatch -ApiKeyPath '{{Path.Combine(options.Folder, "key")}}' -BaseUri '{{address}}' -LedgerPath '{{_ledger}}'
            $null = & { {{before}} }
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $null = & { {{without}} }
            $takenOff = $watch.Elapsed.TotalSeconds
            $watch.Restart()
            $null = & { {{work}} }
            $seconds = $watch.Elapsed.TotalSeconds - $takenOff
            $peak = [long] ([Diagnostics.Process]::GetCurrentProcess().PeakWorkingSet64 / 1MB)
            @{ seconds = $seconds; takenOff = $takenOff; peakMB = $peak; count = [long] ({{count}}) } | ConvertTo-Json -Compress
            """;
        // A file, as a scheduled task has one: each command that is called pays for the length of the command line
        // (findings/powershell-call-logs-the-command-line.sh).
        string file = Path.Combine(options.Folder, $"{who}.ps1");
        File.WriteAllText(file, script);
        return Measurement.OfAsync(options.PowerShell, ["-NoProfile", "-NonInteractive", "-File", file], isWatched: isWatched);
    }

    public Task<Measurement> ImportAsync() => Measurement.OfAsync(options.PowerShell, [
        "-NoProfile",
        "-NonInteractive",
        "-Command",
        $"$w = [Diagnostics.Stopwatch]::StartNew(); Import-Module '{manifest}'; $s = $w.Elapsed.TotalSeconds; @{{ seconds = $s; peakMB = [long] ([Diagnostics.Process]::GetCurrentProcess().PeakWorkingSet64 / 1MB); count = {options.Count.ToString(CultureInfo.InvariantCulture)} }} | ConvertTo-Json -Compress",
    ]);
}
