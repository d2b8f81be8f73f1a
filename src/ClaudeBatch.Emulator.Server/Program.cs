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
EmulatorPlan plan;
int port;
try
{
    string? text = Argument("plan-file") is { } file ? File.ReadAllText(file) : Argument("plan");
    plan = text is null ? new EmulatorPlan() : EmulatorPlan.FromJson(text);
    port = int.Parse(Argument("port") ?? "0", CultureInfo.InvariantCulture);
}
catch (Exception e) when (e is ArgumentException or JsonException or FormatException or OverflowException or IOException)
{
    await Console.Error.WriteLineAsync($"The emulator was not started: {e.Message.ReplaceLineEndings(" ")}");
    return 2;
}

await using EmulatorServer server = await EmulatorServer.StartAsync(state, plan, EmulatorClock.OpenForServer(state, plan.Speed), port);
await Console.Out.WriteLineAsync($"Listening on {server.BaseAddress}");
await server.WaitForShutdownAsync();
return 0;
