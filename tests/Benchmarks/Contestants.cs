namespace ClaudeBatch.Benchmarks;

/// <summary>Starts each contestant (the module, the engine, the SDKs, plain HTTP) in a process of its own.</summary>
/// <param name="folder">The folder of the data, the ledgers and the npm packages.</param>
/// <param name="address">The address of the server.</param>
/// <param name="pwsh">The path of PowerShell; null to measure the engine without it.</param>
/// <param name="module">The path of the built module's manifest.</param>
internal sealed class Contestants(string folder, string address, string? pwsh, string module)
{
    private readonly string _self = typeof(Contestants).Assembly.Location;

    public bool HasModule => pwsh is not null;

    public bool HasTypeScript { get; private set; }

    /// <summary>Installs the official TypeScript SDK. Where that fails, for lack of Node or a network, it is left out.</summary>
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
        ? ModuleAsync("Get-ClaudeBatchResult -Job bench -InformationAction Ignore > $null", "(Get-ClaudeBatchJob bench).Succeeded", isWatched: isWatched)
        : Measurement.OfAsync("dotnet", [_self, "engine-collect", address, Path.Combine(folder, "ledger")], isWatched: isWatched);

    /// <summary>Runs a script in a new PowerShell process that has the module loaded, and times a part of it.</summary>
    /// <param name="work">The part of the script that is timed.</param>
    /// <param name="count">An expression for the number of items handled, evaluated after the timed part; its output by default.</param>
    /// <param name="before">The part that runs first and is not timed.</param>
    /// <param name="ledger">The name of the ledger's folder, beside the data.</param>
    /// <param name="isWatched">Whether the memory of the process is recorded over time.</param>
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
