namespace ClaudeBatch.Benchmarks;

/// <summary>Starts what the module is compared with (the SDKs, plain HTTP, the ledger alone), each in a process of its own.</summary>
/// <param name="folder">The folder of the data, the ledgers and the npm packages.</param>
/// <param name="address">The address of the server.</param>
internal sealed class Peers(string folder, string address)
{
    private readonly string _self = typeof(Peers).Assembly.Location;

    public bool HasNode { get; private set; }

    /// <summary>Installs the packages of the Node scripts. Where that fails, for lack of Node or a network, they are left out.</summary>
    public async Task PrepareNodeAsync()
    {
        foreach (string file in Directory.GetFiles(Path.Combine(Path.GetDirectoryName(_self)!, "typescript")))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        }

        HasNode = await Shell.TryAsync("npm", ["ci", "--no-audit", "--no-fund"], folder) is not null;
        if (!HasNode)
        {
            await Console.Error.WriteLineAsync("npm could not install the official TypeScript SDK: its columns are left out.");
        }
    }

    public Task<Measurement> CSharpAsync(string work, string what) => Measurement.OfAsync("dotnet", [_self, work, address, what]);

    public Task<Measurement> TypeScriptAsync(string work, string what) => Measurement.OfAsync("node", ["peer.mjs", work, address, what], folder);

    public Task<Measurement> JourneyAsync(string rows, string answers) => Measurement.OfAsync("node", ["journey.mjs", address, rows, answers], folder);

    public Task<Measurement> FloorAsync(params string[] arguments) => Measurement.OfAsync("dotnet", [_self, arguments[0], address, .. arguments[1..]]);

    public Task<Measurement> LedgerAsync(string ledger, int count) => Measurement.OfAsync("dotnet", [_self, "ledger", ledger, $"{count}"]);
}
