using System.Diagnostics;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Crash.Tests;

/// <summary>A process is killed while the file that its requests share goes up, or after; another process runs the same command again.</summary>
public sealed class UploadKillTests
{
    private const string Rows = "--rows 4 --rows-per-part 2";

    [Theory]
    // The service has not got all of it.
    [InlineData("uploading-file", 1)]
    // It may have the file, and the ledger does not know: the file goes up again, and one is nobody's.
    [InlineData("file-sent", 2)]
    [InlineData("file-uploaded", 2)]
    // The ledger knows it, and the next run uses it.
    [InlineData("file-recorded", 1)]
    [InlineData("reading-input", 1)]
    [InlineData("sealing", 1)]
    [InlineData("last-byte-sent", 1)]
    public async Task Killed_around_an_upload(string place, int files)
    {
        await using Scene scene = await Scene.StartAsync(new EmulatorPlan { Speed = 600, Latency = TimeSpan.FromSeconds(60) });
        string document = Document(scene);
        Process process = await scene.RunToAsync($"submit {Rows} --document {document}", place);
        // A server need not finish what came of a client that is gone: it has the file before.
        await FilesAsync(scene, place == "file-sent" ? 1 : 0);
        process.Kill();
        await process.WaitForExitAsync();

        string end = await scene.RunAsync($"finish {Rows} --document {document}");

        AssertWhole(scene, end, files);
    }

    [Fact]
    public async Task Killed_while_a_file_that_is_gone_goes_up_again_for_a_retry()
    {
        EmulatorPlan plan = new() { Speed = 600, Latency = TimeSpan.FromHours(2) };
        await using Scene scene = await Scene.StartAsync(plan);
        string arguments = $"{Rows} --attempts 5 --document {Document(scene)}";
        await scene.RunAsync($"submit {arguments}");
        File.Delete(Assert.Single(Files(scene)));
        plan.Latency = TimeSpan.FromSeconds(30);
        await scene.KillAtAsync($"steps {arguments}", "file-recorded");

        string end = await scene.RunAsync($"steps {arguments}");

        Assert.Contains("succeeded 4 of 4", end, StringComparison.Ordinal);
        Assert.Contains("reconciled True", end, StringComparison.Ordinal);
        Assert.Single(Files(scene));
        Assert.All(scene.IdsAtService(), static id => Assert.Equal(2, id.Value));
    }

    [Fact]
    public async Task Two_processes_that_upload_the_same_file_at_once_upload_it_once()
    {
        await using Scene scene = await Scene.StartAsync(new EmulatorPlan { Speed = 600, Latency = TimeSpan.FromSeconds(30) });
        string document = Document(scene);
        Process first = await scene.RunToAsync($"finish {Rows} --document {document}", "uploading-file");
        Process second = scene.Start($"submit {Rows} --job another --document {document}");
        while (await second.StandardOutput.ReadLineAsync() is { } line && !line.Contains("waited for", StringComparison.Ordinal))
        {
        }

        await first.StandardInput.WriteLineAsync();
        string end = await first.StandardOutput.ReadToEndAsync();
        await second.StandardOutput.ReadToEndAsync();
        await second.WaitForExitAsync();

        Assert.Contains("succeeded 4 of 4", end, StringComparison.Ordinal);
        Assert.Equal(0, second.ExitCode);
        Assert.Single(Files(scene));
    }

    private static string Document(Scene scene)
    {
        string path = Path.Combine(scene.Root, "manual.pdf");
        File.WriteAllText(path, "%PDF-1.4\n" + new string('x', 400_000));
        return path;
    }

    private static string[] Files(Scene scene)
    {
        string folder = Path.Combine(scene.Root, "service", "files");
        return Directory.Exists(folder) ? Directory.GetFiles(folder, "*.json") : [];
    }

    // The client waits at its place meanwhile.
    private static async Task FilesAsync(Scene scene, int atLeast)
    {
        using CancellationTokenSource limit = new(Scene.Patience);
        while (Files(scene).Length < atLeast)
        {
            await Task.Delay(20, limit.Token);
        }
    }

    private static void AssertWhole(Scene scene, string end, int files)
    {
        Assert.Contains("succeeded 4 of 4", end, StringComparison.Ordinal);
        Assert.Contains("reconciled True", end, StringComparison.Ordinal);
        Assert.Equal(files, Files(scene).Length);
        Assert.Equal(4, scene.IdsAtService().Count);
        Assert.All(scene.IdsAtService(), static id => Assert.Equal(1, id.Value));
        Assert.Empty(scene.TornFiles());
    }
}
