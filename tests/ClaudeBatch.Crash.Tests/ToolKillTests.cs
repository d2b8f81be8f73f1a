using ClaudeBatch.Emulator;

namespace ClaudeBatch.Crash.Tests;

/// <summary>Processes that are killed while they run the calls of tools, or between what the calls gave and the next round.</summary>
public sealed class ToolKillTests
{
    private const string Rows = "--rows 4 --rows-per-part 4";

    [Theory]
    [InlineData("call-begun", 0)]
    [InlineData("call-begun", 3)]
    [InlineData("ran-Get-Order", 0)]
    [InlineData("ran-Send-Refund", 0)]
    [InlineData("ran-Send-Refund", 2)]
    [InlineData("call-ran", 1)]
    [InlineData("call-written", 0)]
    [InlineData("call-written", 2)]
    [InlineData("call-recorded", 0)]
    [InlineData("call-recorded", 2)]
    [InlineData("round-planned", 0)]
    [InlineData("round-sealed", 0)]
    [InlineData("round-sealed", 1)]
    [InlineData("holding-last-byte", 1)]
    [InlineData("last-byte-sent", 1)]
    [InlineData("outcomes-recorded", 1)]
    public async Task Killed_between_a_call_and_the_next_round(string place, int skip)
    {
        await using Scene scene = await Scene.StartAsync(new EmulatorPlan
        {
            Speed = 600, Latency = TimeSpan.FromSeconds(20), ToolRounds = 2, ToolCalls = 2, Seed = 5, Verbatim = true, OddContent = true,
        });
        string tools = Path.Combine(scene.Root, "ran");
        await scene.KillAtAsync($"finish {Rows} --tools {tools}", place, skip);

        string end = await scene.RunAsync($"finish {Rows} --tools {tools}");
        for (int i = 0; i < 4 && end.Contains("state Ambiguous", StringComparison.Ordinal); i++)
        {
            Assert.Contains("ToolCallUnknown", end, StringComparison.Ordinal);
            Assert.Contains("settled toolu_", await scene.RunAsync($"settle --tools {tools}"), StringComparison.Ordinal);
            end = await scene.RunAsync($"finish {Rows} --tools {tools}");
        }

        Assert.Contains("state Finished", end, StringComparison.Ordinal);
        Assert.Contains("reconciled True", end, StringComparison.Ordinal);
        Assert.Contains("succeeded 4 of 4", end, StringComparison.Ordinal);
        string[] ran = await File.ReadAllLinesAsync(tools);
        Assert.Equal(16, ran.Distinct().Count());
        string[] changes = [.. ran.Where(static r => r.StartsWith("Send-", StringComparison.Ordinal))];
        Assert.Equal(changes.Distinct(), changes);
        Assert.All(scene.IdsAtService().Values, static count => Assert.Equal(3, count)); // one request a round
        Assert.Empty(scene.TornFiles());
    }
}
