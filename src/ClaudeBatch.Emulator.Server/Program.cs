using System.Globalization;
using System.Text.Json;
using ClaudeBatch.Emulator;
using ClaudeBatch.Emulator.Server;

string? Argument(string name)
{
    int at = Array.IndexOf(args, "--" + name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
}

string state = Argument("state") ?? Path.Combine(Path.GetTempPath(), "claudebatch-emulator");
string? plan = Argument("plan-file") is { } file ? File.ReadAllText(file) : Argument("plan");
EmulatorPlan parsed = plan is null
    ? new EmulatorPlan()
    : EmulatorPlan.FromDictionary(JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(plan)!
        .ToDictionary(static p => p.Key, static p => p.Value.ValueKind == JsonValueKind.Number ? p.Value.GetDouble() : (object)p.Value.ToString()));

await using EmulatorServer server = await EmulatorServer.StartAsync(
    state, parsed, EmulatorClock.Open(state, parsed.Speed), int.Parse(Argument("port") ?? "0", CultureInfo.InvariantCulture));
await Console.Out.WriteLineAsync($"Listening on {server.BaseAddress}");
await server.WaitForShutdownAsync();
