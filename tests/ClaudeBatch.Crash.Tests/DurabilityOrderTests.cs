using System.Diagnostics;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Crash.Tests;

/// <summary>The order in which data reaches the disk and the network, as the calls into the operating system show it.</summary>
public sealed class DurabilityOrderTests
{
    private static readonly Lazy<bool> s_canTrace = new(static () =>
    {
        try
        {
            using Process strace = Process.Start(new ProcessStartInfo("strace", ["-o", "/dev/null", "true"]) { RedirectStandardError = true })!;
            strace.WaitForExit();
            return strace.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // the program that traces the calls does not exist here
        }
    });

    public static bool CanTrace => s_canTrace.Value;

    [Fact(Skip = "There is no strace here that may trace.", SkipUnless = nameof(CanTrace))]
    public async Task One_submission_and_one_collection_in_their_order()
    {
        await using Scene scene = await Scene.StartAsync(new EmulatorPlan { Speed = 600, Latency = TimeSpan.FromSeconds(60) });
        string trace = Path.Combine(scene.Root, "trace");

        string end = await scene.RunAsync(
            "finish --rows 2", "strace", "-f", "-y", "-s", "60", "-e", "trace=fsync,rename,sendto", "-o", trace);

        Assert.Contains("reconciled True", end, StringComparison.Ordinal);
        string[] calls = [.. File.ReadLines(trace).Where(static l => l.Contains('(', StringComparison.Ordinal))];
        AssertOrder(
            calls,
            ("the spool is on the disk", "fsync(", "part-0001.json>"),
            ("its name is", "fsync(", "/jobs/1>"),
            ("the job is sealed", "fsync(", "ledger.db>"),
            ("the account is listed", "sendto(", "GET /v1/messages/batches?limit="),
            ("the intent is on the disk", "fsync(", "ledger.db>"),
            ("the body leaves without its last byte", "sendto(", "POST /v1/messages/batches "),
            ("that the last byte may go is on the disk", "fsync(", "ledger.db>"),
            ("the last byte goes", "sendto(", "\"}\", 1,"),
            ("the id is on the disk", "fsync(", "ledger.db>"),
            ("the results are asked for", "sendto(", "GET /v1/messages/batches/msgbatch_"),
            ("the results are on the disk", "fsync(", "part-0001.results-1.jsonl.partial>"),
            ("that they are whole is on the disk", "fsync(", "ledger.db>"),
            ("they get their name", "rename(", "part-0001.results-1.jsonl\""),
            ("the name is on the disk", "fsync(", "/jobs/1>"),
            ("the outcomes are on the disk", "fsync(", "ledger.db>"));
        Assert.Single(calls, static c => c.Contains("POST /v1/messages/batches ", StringComparison.Ordinal));
    }

    internal static void AssertOrder(string[] calls, params (string What, string Call, string Argument)[] steps)
    {
        int at = 0;
        foreach ((string what, string call, string argument) in steps)
        {
            at = Array.FindIndex(calls, at, c => c.Contains(call, StringComparison.Ordinal) && c.Contains(argument, StringComparison.Ordinal)) + 1;
            Assert.True(at > 0, $"Not in its place: {what} ({call} {argument}).{Environment.NewLine}{string.Join(Environment.NewLine, calls)}");
        }
    }
}
