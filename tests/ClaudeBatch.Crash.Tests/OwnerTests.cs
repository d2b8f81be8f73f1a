using System.Diagnostics;
using System.Globalization;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Crash.Tests;

/// <summary>A process that is suspended, but not dead, keeps what it owns. Other processes say so and leave it alone.</summary>
public sealed class OwnerTests
{
    private const string OnePart = "--rows 2 --rows-per-part 2 --row-size 400000";

    [Theory]
    [InlineData("uploading", "BatchBusy")]
    [InlineData("last-byte-sent", "BatchBusy")]
    [InlineData("reading-input", "JobBusy")]
    public async Task A_stopped_owner_is_named_and_goes_on_when_it_is_woken(string place, string error)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows stops no process from outside.");

        await using Scene scene = await Scene.StartAsync(new EmulatorPlan { Speed = 600, Latency = TimeSpan.FromSeconds(60) });
        Process owner = await scene.RunToAsync($"submit {OnePart}", place);
        await SignalAsync("STOP", owner);
        await owner.StandardInput.WriteLineAsync("Go on when you are woken.");

        string other = await scene.RunAsync($"submit {OnePart}");
        await SignalAsync("CONT", owner);
        await owner.WaitForExitAsync();
        string end = await scene.RunAsync($"finish {OnePart}");

        Assert.Contains(error, other, StringComparison.Ordinal);
        Assert.Contains($"process {owner.Id.ToString(CultureInfo.InvariantCulture)}", other, StringComparison.Ordinal);
        Assert.Contains("reconciled True", end, StringComparison.Ordinal);
        Assert.Equal(2, scene.IdsAtService().Count);
        Assert.All(scene.IdsAtService(), static id => Assert.Equal(1, id.Value));
    }

    [Fact]
    public async Task Two_processes_that_finish_the_same_job_at_once_do_no_harm()
    {
        await using Scene scene = await Scene.StartAsync(new EmulatorPlan { Speed = 600, Latency = TimeSpan.FromSeconds(60) });
        await scene.RunAsync("submit --rows 6 --rows-per-part 2");

        string[] ends = await Task.WhenAll(
            scene.RunAsync("steps"),
            scene.RunAsync("steps"),
            scene.RunAsync("steps"));

        Assert.All(ends, static end => Assert.Contains("reconciled True", end, StringComparison.Ordinal));
        Assert.Equal(6, scene.IdsAtService().Count);
        Assert.All(scene.IdsAtService(), static id => Assert.Equal(1, id.Value));
    }

    [Fact]
    public async Task The_same_line_from_two_ledgers_at_once_is_warned_of_and_mixes_no_answers()
    {
        await using Scene scene = await Scene.StartAsync(new EmulatorPlan { Speed = 600, Latency = TimeSpan.FromSeconds(60) });
        await using Scene other = scene.WithAnotherLedger();

        string[] submitted = await Task.WhenAll(scene.RunAsync("submit"), other.RunAsync("submit"));
        string[] ends = await Task.WhenAll(scene.RunAsync("finish"), other.RunAsync("finish"));

        Assert.Contains(submitted, static text => text.Contains("from another ledger", StringComparison.Ordinal));
        Assert.All(ends, static end => Assert.Contains("reconciled True", end, StringComparison.Ordinal));
        Assert.Empty(scene.ServiceIdsInLedger().Intersect(other.ServiceIdsInLedger()));
        Assert.All(scene.IdsAtService(), static id => Assert.Equal(2, id.Value)); // both batches are paid for, each in a ledger
    }

    // The command kill of the shell is used, because a small container does not have the program.
    private static async Task SignalAsync(string signal, Process process)
    {
        using Process kill = Process.Start("sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -{signal} {process.Id}")]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }
}
