using System.Diagnostics;
using System.Globalization;
using ClaudeBatch.Core.Identity;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Crash.Tests;

/// <summary>Processes that renew the tokens of one credentials file at once, and that are killed while they do.</summary>
public sealed class RenewalTests
{
    [Fact]
    public async Task Of_processes_that_renew_at_once_each_sees_what_the_one_before_has_written()
    {
        await using Scene scene = await Scene.StartAsync(new EmulatorPlan());

        string[] ends = await Task.WhenAll(scene.RunAsync("renew --rows 20"), scene.RunAsync("renew --rows 20"), scene.RunAsync("renew --rows 20"));

        Assert.All(ends, static end => Assert.Empty(end));
        Assert.Equal("60", Read(scene)!.AccessToken);
        Assert.Empty(Directory.GetFiles(scene.Ledger, "*.tmp"));
    }

    [Theory]
    [InlineData("credentials-prepared")]
    [InlineData("credentials-flushed")]
    public async Task A_process_that_is_killed_while_it_renews_leaves_the_file_whole_and_the_lock_free(string place)
    {
        await using Scene scene = await Scene.StartAsync(new EmulatorPlan());
        await scene.RunAsync("renew --rows 1");

        await scene.KillAtAsync("renew --rows 1", place);
        string? after = Read(scene)!.AccessToken;
        bool isEmpty = Directory.GetFiles(scene.Ledger, "*.tmp").All(static f => File.ReadAllBytes(f).All(static b => b == 0));
        string next = await scene.RunAsync("renew --rows 1");

        Assert.Equal("1", after);
        Assert.Equal(place == "credentials-prepared", isEmpty);
        Assert.Empty(next);
        Assert.Equal("2", Read(scene)!.AccessToken);
    }

    [Fact]
    public async Task Whoever_waits_for_a_renewal_is_told_which_process_has_it()
    {
        await using Scene scene = await Scene.StartAsync(new EmulatorPlan());
        Process owner = await scene.RunToAsync("renew --rows 1", "credentials-prepared");

        ClaudeBatch.Core.ClaudeBatchException busy = await Assert.ThrowsAsync<ClaudeBatch.Core.ClaudeBatchException>(
            () => FileLock.TakeAsync(Path.Combine(scene.Ledger, "credentials.lock"), TimeSpan.Zero, TimeProvider.System, CancellationToken.None));

        Assert.Contains($"process {owner.Id.ToString(CultureInfo.InvariantCulture)},", busy.Message, StringComparison.Ordinal);
    }

    [Fact(Skip = "There is no strace here that may trace.", SkipUnless = nameof(DurabilityOrderTests.CanTrace), SkipType = typeof(DurabilityOrderTests))]
    public async Task New_tokens_are_on_the_disk_before_they_get_their_name()
    {
        await using Scene scene = await Scene.StartAsync(new EmulatorPlan());
        string trace = Path.Combine(scene.Root, "trace");

        await scene.RunAsync("renew --rows 1", "strace", "-f", "-y", "-s", "200", "-e", "trace=fsync,rename", "-o", trace);

        DurabilityOrderTests.AssertOrder(
            [.. File.ReadLines(trace).Where(static l => l.Contains('(', StringComparison.Ordinal))],
            ("there is room on the disk", "fsync(", ".tmp>"),
            ("the tokens are on the disk", "fsync(", ".tmp>"),
            ("they get their name", "rename(", "credentials.json\""),
            ("the name is on the disk", "fsync(", "/ledger>"));
    }

    private static StoredCredentials? Read(Scene scene) => new CredentialsFile(Path.Combine(scene.Ledger, "credentials.json")).Read();
}
