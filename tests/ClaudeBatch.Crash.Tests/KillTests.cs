using ClaudeBatch.Emulator;

namespace ClaudeBatch.Crash.Tests;

/// <summary>
/// A process is killed at a certain place, and another process runs the same command again. Each row of docs/outcomes.md is a test.
/// </summary>
public sealed class KillTests
{
    private const string TwoParts = "--rows 4 --rows-per-part 2 --row-size 400000";

    [Theory]
    // Nothing was sent: the same command starts from the beginning.
    [InlineData("reading-input", 2, 0)]
    [InlineData("spooled", 0, 0)]
    [InlineData("input-read", 0, 0)]
    [InlineData("sealing", 0, 0)]
    // The input is complete: the same command at once sends what the service has not accepted.
    [InlineData("sealed", 0, 0)]
    [InlineData("intent-recorded", 0, 0)]
    [InlineData("uploading", 1, 0)]
    [InlineData("holding-last-byte", 0, 0)]
    // The last byte may have been sent: the same command first finds out whether the service has the batch.
    [InlineData("unconfirmed-recorded", 0, 0)]
    [InlineData("last-byte-sent", 0, 2)]
    [InlineData("reply-received", 0, 2)]
    // The process is killed between two parts of a job.
    [InlineData("reply-recorded", 0, 2)]
    [InlineData("uploading", 4, 2)]
    [InlineData("holding-last-byte", 1, 2)]
    [InlineData("last-byte-sent", 1, 4)]
    public async Task Killed_while_submitting(string place, int skip, int idsAtService)
    {
        await using Scene scene = await Scene.StartAsync(new EmulatorPlan { Speed = 600, Latency = TimeSpan.FromSeconds(60) });
        await scene.KillAtAsync($"submit {TwoParts}", place, skip);
        await ServiceIsDoneAsync(scene, idsAtService);

        string end = await scene.RunAsync($"finish {TwoParts}");

        AssertWhole(scene, end, 4);
    }

    [Theory]
    [InlineData("polled", 0)]
    [InlineData("downloading", 0)]
    [InlineData("download-complete", 0)]
    [InlineData("download-recorded", 0)]
    [InlineData("results-renamed", 0)]
    [InlineData("outcomes-recorded", 0)]
    [InlineData("collection-recorded", 0)]
    [InlineData("download-recorded", 1)]
    public async Task Killed_while_collecting(string place, int skip)
    {
        await using Scene scene = await Scene.StartAsync(new EmulatorPlan { Speed = 600, Latency = TimeSpan.FromSeconds(30) });
        await scene.KillAtAsync("finish", place, skip);

        string end = await scene.RunAsync("finish");

        AssertWhole(scene, end, 4);
    }

    [Theory]
    // Two of the first three downloads lack a line, and are recorded all the same.
    [InlineData("download-recorded", 0)]
    [InlineData("outcomes-recorded", 0)]
    [InlineData("collection-recorded", 0)]
    // The next one begins with what is here.
    [InlineData("downloading", 2)]
    [InlineData("download-complete", 2)]
    [InlineData("download-recorded", 2)]
    [InlineData("results-renamed", 2)]
    [InlineData("outcomes-recorded", 2)]
    [InlineData("collection-recorded", 2)]
    public async Task Killed_while_results_that_lack_lines_are_collected(string place, int skip)
    {
        EmulatorPlan plan = new() { Speed = 600, Latency = TimeSpan.FromSeconds(30), Faults = [new EmulatorFault(FaultKind.MissingLines) { Times = 3 }] };
        await using Scene scene = await Scene.StartAsync(plan);
        await scene.KillAtAsync("finish", place, skip);

        string end = await scene.RunAsync("finish");

        AssertWhole(scene, end, 4);
    }

    [Fact]
    public async Task Killed_while_requests_become_missing()
    {
        EmulatorPlan plan = new() { Speed = 600, Latency = TimeSpan.FromSeconds(30), Faults = [new EmulatorFault(FaultKind.MissingLines) { Times = -1 }] };
        await using Scene scene = await Scene.StartAsync(plan);
        await scene.KillAtAsync("finish --rows 2 --rows-per-part 2", "missing-recorded");

        string end = await scene.RunAsync("finish --rows 2 --rows-per-part 2");

        Assert.Contains("state Finished", end, StringComparison.Ordinal);
        Assert.Contains("succeeded 1 of 2", end, StringComparison.Ordinal);
        Assert.Contains("problem Missing: 1 requests", end, StringComparison.Ordinal);
        Assert.Empty(scene.TornFiles());
    }

    [Fact]
    public async Task Killed_between_two_transactions_of_outcomes()
    {
        const string many = "--rows 25000 --rows-per-part 25000";
        await using Scene scene = await Scene.StartAsync(new EmulatorPlan { Speed = 600, Latency = TimeSpan.FromSeconds(30) });
        await scene.KillAtAsync($"finish {many}", "outcomes-recorded");

        string end = await scene.RunAsync($"finish {many}");

        AssertWhole(scene, end, 25_000);
    }

    [Fact]
    public async Task Killed_while_planning_a_retry()
    {
        EmulatorPlan plan = new() { Speed = 600, Latency = TimeSpan.FromSeconds(30), Errored = 0.5, Seed = 3 };
        await using Scene scene = await Scene.StartAsync(plan);
        await scene.KillAtAsync("finish --rows 20 --rows-per-part 20 --attempts 20", "retry-planned");
        int before = scene.IdsAtService().Values.Sum();
        Assert.Equal(20, before);
        plan.Errored = 0;

        string end = await scene.RunAsync("finish --rows 20 --rows-per-part 20 --attempts 20");

        Assert.Contains("reconciled True", end, StringComparison.Ordinal);
        Assert.Contains("succeeded 20 of 20", end, StringComparison.Ordinal);
        Assert.All(scene.IdsAtService().Values, static count => Assert.InRange(count, 1, 2)); // no request was sent more than once more
    }

    [Fact]
    public async Task Killed_while_canceling()
    {
        await using Scene scene = await Scene.StartAsync(new EmulatorPlan { Speed = 60, Latency = TimeSpan.FromDays(365) });
        await scene.RunAsync("submit");
        await scene.KillAtAsync("cancel", "canceled-at-service");

        string again = await scene.RunAsync("cancel");
        string end = await scene.RunAsync("finish");

        Assert.Contains("batch job/2 Cancel", again, StringComparison.Ordinal);
        Assert.Contains("reconciled True", end, StringComparison.Ordinal);
        Assert.Contains("succeeded 0 of 4", end, StringComparison.Ordinal);
        Assert.All(scene.IdsAtService().Values, static count => Assert.Equal(1, count));
    }

    [Fact]
    public async Task Killed_while_deleting()
    {
        await using Scene scene = await Scene.StartAsync(new EmulatorPlan { Speed = 600, Latency = TimeSpan.FromSeconds(30) });
        await scene.RunAsync("finish");
        await scene.KillAtAsync("delete", "deleted-at-service");

        string again = await scene.RunAsync("delete");
        string end = await scene.RunAsync("finish");

        Assert.Contains("batch job/2", again, StringComparison.Ordinal);
        Assert.Empty(scene.IdsAtService());
        Assert.Contains("reconciled True", end, StringComparison.Ordinal);
        Assert.Contains("succeeded 4 of 4", end, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("end-claimed", "begun by process")]
    [InlineData("end-handled", "begun by process")]
    [InlineData("end-booked", null)]
    public async Task Killed_while_an_end_is_handled(string place, string? again)
    {
        await using Scene scene = await Scene.StartAsync(new EmulatorPlan { Speed = 600, Latency = TimeSpan.FromSeconds(30) });
        await scene.RunAsync("finish");
        await scene.KillAtAsync("end", place);

        string next = await scene.RunAsync("end");
        string last = await scene.RunAsync("end");

        Assert.Equal(again is not null, next.Contains("handled job", StringComparison.Ordinal));
        Assert.Contains(again ?? "owed False", next, StringComparison.Ordinal);
        Assert.Equal("owed False", last.Trim());
    }

    [Fact]
    public async Task Killed_after_an_end_was_told_and_before_the_shell_has_ended()
    {
        await using Scene scene = await Scene.StartAsync(new EmulatorPlan { Speed = 600, Latency = TimeSpan.FromSeconds(30) });
        await scene.RunAsync("finish");
        await scene.KillAtAsync("report", "end-told");

        Assert.Equal("told", (await scene.RunAsync("report")).Trim());
        Assert.Empty(await scene.RunAsync("report"));
    }

    // A server notices a moment later that its client was killed. It has then received all of the body that it will ever get.
    private static async Task ServiceIsDoneAsync(Scene scene, int ids)
    {
        string batches = Path.Combine(scene.Root, "service", "batches");
        using CancellationTokenSource limit = new(Scene.Patience);
        while (scene.IdsAtService().Count < ids || Directory.EnumerateFiles(batches, "*.incoming").Any())
        {
            await Task.Delay(10, limit.Token);
        }

        Assert.Equal(ids, scene.IdsAtService().Count);
    }

    private static void AssertWhole(Scene scene, string end, int rows)
    {
        Assert.Contains("state Finished", end, StringComparison.Ordinal);
        Assert.Contains("reconciled True", end, StringComparison.Ordinal);
        Assert.Contains($"succeeded {rows} of {rows}", end, StringComparison.Ordinal);
        Dictionary<string, int> ids = scene.IdsAtService();
        Assert.Equal(rows, ids.Count);
        Assert.All(ids, static id => Assert.Equal(1, id.Value));
        Assert.Empty(scene.TornFiles());
    }
}
