using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Tests.Ledger;

/// <summary>Several callers create the same ledger at the same time: one of them does so, and none sees an error.</summary>
public sealed class FirstUseTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("claudebatch-first-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Opened_by_several_at_once_a_new_ledger_is_made_whole_and_once()
    {
        for (int round = 0; round < 4; round++)
        {
            LedgerFolder folder = new(Path.Combine(_folder, $"{round}"));
            using Barrier together = new(6);
            Parallel.ForEach(Enumerable.Range(0, 6), new ParallelOptions { MaxDegreeOfParallelism = 6 }, _ =>
            {
                together.SignalAndWait();
                using LedgerDatabase database = LedgerDatabase.OpenOrCreate(folder);
                Assert.Equal(LedgerSchema.Version, database.Scalar("PRAGMA user_version"));
            });

            Assert.Equal(1 << 20, new FileInfo(Path.Combine(folder.Root, "reserve")).Length);
            Assert.Empty(Directory.EnumerateFiles(folder.Root, "*.partial"));
        }
    }

    [Fact]
    public void One_that_only_looks_meanwhile_finds_a_ledger_or_makes_its_tables()
    {
        LedgerFolder folder = new(_folder);
        folder.Create();
        File.WriteAllBytes(folder.Database, []); // as it is for a moment while another process creates it

        using LedgerDatabase database = LedgerDatabase.Open(folder);

        Assert.Equal(0, database.Scalar("SELECT count(*) FROM job"));
    }
}
