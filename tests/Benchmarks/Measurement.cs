using System.Diagnostics;
using System.Text.Json;

namespace ClaudeBatch.Benchmarks;

/// <summary>What one process has measured of itself.</summary>
/// <param name="Seconds">The time of the work in seconds, without start-up and import.</param>
/// <param name="PeakMB">The peak working set in MB, as the operating system reports it.</param>
/// <param name="Count">The number of requests handled, which shows that none was left out.</param>
internal sealed record Measurement(double Seconds, long PeakMB, long Count)
{
    /// <summary>The time that was taken off, in seconds: that of a part of the work which is not ours.</summary>
    public double TakenOff { get; private init; }

    /// <summary>The memory of the process over its lifetime, in MB; empty where it was not recorded.</summary>
    public IReadOnlyList<long> MemoryMB { get; private init; } = [];

    /// <summary>Runs a program whose last line is <c>{"seconds":…,"peakMB":…,"count":…}</c>.</summary>
    public static async Task<Measurement> OfAsync(string program, IEnumerable<string> arguments, string? folder = null, bool isWatched = false)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, WorkingDirectory = folder ?? string.Empty };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        List<long> memory = isWatched ? await WatchAsync(process, output) : [];
        await process.WaitForExitAsync();
        string last = (await output).TrimEnd().Split('\n')[^1];
        if (process.ExitCode != 0 || !last.StartsWith('{'))
        {
            throw new InvalidOperationException($"'{program} {string.Join(' ', arguments)}' ended with {process.ExitCode}: {last}");
        }

        using JsonDocument answer = JsonDocument.Parse(last);
        JsonElement root = answer.RootElement;
        return new Measurement(root.GetProperty("seconds").GetDouble(), root.GetProperty("peakMB").GetInt64(), root.GetProperty("count").GetInt64())
        {
            TakenOff = root.TryGetProperty("takenOff", out JsonElement takenOff) ? takenOff.GetDouble() : 0,
            MemoryMB = memory,
        };
    }

    private static async Task<List<long>> WatchAsync(Process process, Task end)
    {
        List<long> memory = [];
        try
        {
            while (!end.IsCompleted)
            {
                process.Refresh();
                memory.Add(process.WorkingSet64 / 1048576);
                await Task.WhenAny(end, Task.Delay(100));
            }
        }
        catch (InvalidOperationException)
        {
            // The process has ended between two readings.
        }

        return memory;
    }
}
