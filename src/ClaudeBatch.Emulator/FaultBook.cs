using System.Globalization;
using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>
/// Decides which fault of the plan happens to a call. The number of calls is kept on disk, so that a fault that is over does not begin
/// again in the next process.
/// </summary>
internal sealed class FaultBook(string stateFolder, BatchStore store, EmulatorPlan plan, TimeProvider clock)
{
    private string File => Path.Combine(stateFolder, "faults");

    /// <summary>Counts the call, and gives the first fault of these kinds that happens to it; null when none does.</summary>
    public async Task<EmulatorFault?> MeetAsync(CancellationToken cancellationToken, params string[] kinds)
    {
        (EmulatorFault Fault, string Key)[] faults = [.. Numbered().Where(f => kinds.Contains(f.Fault.Kind))];
        return faults.Length == 0 ? null : await store.AloneAsync(() => Meet(faults), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Counts the call, and returns whether an outage of the plan is going on. An outage begins with the first call after those that pass
    /// undisturbed.
    /// </summary>
    public async Task<bool> IsOutAsync(CancellationToken cancellationToken)
    {
        (EmulatorFault Fault, string Key)[] outages = [.. Numbered().Where(static f => f.Fault.Kind == FaultKind.Outage)];
        return outages.Length > 0
            && await store.AloneAsync(() => outages.Any(o => IsOut(o.Fault, o.Key)), cancellationToken).ConfigureAwait(false);
    }

    private IEnumerable<(EmulatorFault Fault, string Key)> Numbered()
        => plan.Faults.Select(static (fault, i) => (fault, string.Create(CultureInfo.InvariantCulture, $"{i} {fault.Kind}")));

    private EmulatorFault? Meet((EmulatorFault Fault, string Key)[] faults)
    {
        Dictionary<string, long> met = Read();
        EmulatorFault? due = null;
        foreach ((EmulatorFault fault, string key) in faults)
        {
            long calls = met[key] = met.GetValueOrDefault(key) + 1;
            if (due is null && calls > fault.Skip && (fault.Times < 0 || calls <= fault.Skip + fault.Times))
            {
                due = fault;
            }
        }

        Write(met);
        return due;
    }

    private bool IsOut(EmulatorFault outage, string key)
    {
        Dictionary<string, long> met = Read();
        long calls = met[key + " calls"] = met.GetValueOrDefault(key + " calls") + 1;
        if (calls > outage.Skip && !met.ContainsKey(key))
        {
            met[key] = clock.GetUtcNow().UtcTicks;
        }

        Write(met);
        return met.TryGetValue(key, out long begin) && clock.GetUtcNow().UtcTicks - begin < outage.Duration.Ticks;
    }

    private Dictionary<string, long> Read()
        => System.IO.File.Exists(File)
            ? JsonSerializer.Deserialize(System.IO.File.ReadAllBytes(File), EmulatorJson.Default.DictionaryStringInt64)!
            : [];

    private void Write(Dictionary<string, long> met)
        => System.IO.File.WriteAllBytes(File, JsonSerializer.SerializeToUtf8Bytes(met, EmulatorJson.Default.DictionaryStringInt64));
}
