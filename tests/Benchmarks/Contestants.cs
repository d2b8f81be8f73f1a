namespace ClaudeBatch.Benchmarks;

/// <summary>Those that do the work, each in a process of its own.</summary>
/// <param name="folder">Where data, ledgers and packages are.</param>
/// <param name="address">Of the server.</param>
/// <param name="pwsh">PowerShell; null where there is none, and then the engine is measured.</param>
/// <param name="module">The built module's manifest.</param>
internal sealed class Contestants(string folder, string address, string? pwsh, string module)
{
    private readonly string _self = typeof(Contestants).Assembly.Location;

    public bool HasModule => pwsh is not null;

    public bool HasTypeScript { get; private set; }

    /// <summary>The official TypeScript SDK, where Node and its packages can be had.</summary>
    public async Task PrepareTypeScriptAsync()
    {
        foreach (string file in Directory.GetFiles(Path.Combine(Path.GetDirectoryName(_self)!, "typescript")))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        }

        HasTypeScript = await Shell.TryAsync("npm", ["ci", "--no-audit", "--no-fund"], folder);
    }

    public Task<Measurement> CSharpAsync(string work, string what) => Measurement.OfAsync("dotnet", [_self, work, address, what]);

    public Task<Measurement> TypeScriptAsync(string work, string what) => Measurement.OfAsync("node", ["peer.mjs", work, address, what], folder);

    public Task<Measurement> RawAsync(params string[] arguments) => Measurement.OfAsync("dotnet", [_self, arguments[0], address, .. arguments[1..]]);

    public Task<Measurement> LedgerAsync(int count) => Measurement.OfAsync("dotnet", [_self, "ledger", Path.Combine(folder, "ledger-alone"), $"{count}"]);

    public Task<Measurement> SubmitAsync(int count, bool isWatched = false)
    {
        string file = Path.Combine(folder, BenchData.RequestsOf(count));
        return HasModule
            ? ModuleAsync($"[long] (Submit-ClaudeBatch -Path '{file}' -Job bench -WarningAction Ignore | Measure-Object -Property RequestCount -Sum).Sum", isWatched: isWatched)
            : Measurement.OfAsync("dotnet", [_self, "engine-submit", address, Path.Combine(folder, "ledger"), file], isWatched: isWatched);
    }

    public Task<Measurement> CollectAsync(bool isWatched = false) => HasModule
        ? ModuleAsync("Get-ClaudeBatchResult -Job bench > $null", "(Get-ClaudeBatchJob bench).Succeeded", isWatched: isWatched)
        : Measurement.OfAsync("dotnet", [_self, "engine-collect", address, Path.Combine(folder, "ledger")], isWatched: isWatched);

    /// <summary>A shell of its own, told what to do; it prints seconds, peak and count as the others do.</summary>
    /// <param name="work">What is timed.</param>
    /// <param name="count">What it did, afterwards and not timed; its output where nothing is said.</param>
    /// <param name="before">What is done first and not timed.</param>
    /// <param name="ledger">The ledger's folder beside the data.</param>
    /// <param name="isWatched">Takes down its memory over time.</param>
    public Task<Measurement> ModuleAsync(string work, string count = "$output", string before = "", string ledger = "ledger", bool isWatched = false)
    {
        string script = $$"""
            $ErrorActionPreference = 'Stop'
            Import-Module '{{module}}'
            Connect-ClaudeBatch -ApiKeyPath '{{folder}}/key' -BaseUri '{{address}}' -LedgerPath '{{folder}}/{{ledger}}'
            {{before}}
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $output = & { {{work}} }
            $seconds = $watch.Elapsed.TotalSeconds
            $count = {{count}}
            [pscustomobject]@{ seconds = $seconds; peakMB = [long] ([Diagnostics.Process]::GetCurrentProcess().PeakWorkingSet64 / 1MB); count = $count } | ConvertTo-Json -Compress
            """;
        return Measurement.OfAsync(pwsh!, ["-NoProfile", "-NonInteractive", "-Command", script], isWatched: isWatched);
    }

    public Task<Measurement> ImportAsync() => Measurement.OfAsync(pwsh!, [
        "-NoProfile",
        "-NonInteractive",
        "-Command",
        $"$w = [Diagnostics.Stopwatch]::StartNew(); Import-Module '{module}'; @{{ seconds = $w.Elapsed.TotalSeconds; peakMB = 0; count = 1 }} | ConvertTo-Json -Compress",
    ]);
}
