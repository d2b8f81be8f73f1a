using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Emulator;
using Microsoft.Data.Sqlite;

namespace ClaudeBatch.Crash.Tests;

/// <summary>A process is killed while it migrates a ledger of an earlier version.</summary>
public sealed class MigrationTests
{
    [Theory]
    [InlineData("migration-backed-up")]
    [InlineData("migrating")]
    public async Task Killed_while_migrating(string place)
    {
        await using Scene scene = await Scene.StartAsync(new EmulatorPlan { Speed = 600, Latency = TimeSpan.FromSeconds(60) });
        LedgerFolder folder = new(scene.Ledger);
        folder.Create();
        MakeFirstVersion(folder);
        await scene.KillAtAsync("submit", place);

        string end = await scene.RunAsync("finish");

        Assert.Contains("reconciled True", end, StringComparison.Ordinal);
        using JobLedger ledger = JobLedger.Open(folder, TimeProvider.System);
        Assert.Equal("msgbatch_old", ledger.Batches.OfJob(ledger.Jobs.Find("old")!.Id).Single().ServiceId);
    }

    private static void MakeFirstVersion(LedgerFolder folder)
    {
        using SqliteConnection connection = new($"Data Source={folder.Database};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "ledger-v1.sql"));
        command.ExecuteNonQuery();
    }
}
