using System.Runtime.Versioning;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Ledger.Sqlite;
using Microsoft.Data.Sqlite;

namespace ClaudeBatch.Core.Tests.Ledger;

/// <summary>The file of the ledger's database: how it is created, protected, and migrated from an earlier version.</summary>
public sealed class LedgerFileTests : IDisposable
{
    private const string NoModes = "Windows gives a user's folder to the user; there are no modes to look at.";

    private readonly LedgerFolder _folder = new(Path.Combine(Directory.CreateTempSubdirectory("claudebatch-ledger-").FullName, "ledger"));

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_folder.Root)!, recursive: true);

    [Fact]
    public void The_file_is_durable_and_forgets_what_is_deleted()
    {
        using JobLedger ledger = JobLedger.OpenOrCreate(_folder, TimeProvider.System);

        Assert.Equal("truncate", ledger.Database.Read("PRAGMA journal_mode", static row => row.Text("journal_mode")).Single());
        Assert.Equal(2, ledger.Database.Scalar("PRAGMA synchronous"));
        Assert.Equal(1, ledger.Database.Scalar("PRAGMA secure_delete"));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void Everything_is_its_owners_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), NoModes);

        using EngineFixture engine = new();
        engine.Seal("job", "a", "b");

        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        foreach (string path in Directory.EnumerateFileSystemEntries(engine.Ledger.Folder.Root, "*", SearchOption.AllDirectories))
        {
            Assert.True((File.GetUnixFileMode(path) & others) == 0, path);
        }
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void A_folder_that_is_there_keeps_its_rights()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), NoModes);

        const UnixFileMode given = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;
        Directory.CreateDirectory(_folder.Root, given);
        File.SetUnixFileMode(_folder.Root, given);

        JobLedger.OpenOrCreate(_folder, TimeProvider.System).Dispose();

        Assert.Equal(given, File.GetUnixFileMode(_folder.Root));
    }

    [Theory]
    [InlineData("this is not a database, it is a text file that somebody put here by mistake")]
    [InlineData("")]
    public void What_cannot_be_read_is_refused_untouched(string content)
    {
        _folder.Create();
        File.WriteAllText(_folder.Database, content);
        Directory.CreateDirectory(_folder.Job(1)); // an empty database beside the files of jobs is a ledger that was lost

        ClaudeBatchException failure = Assert.Throws<ClaudeBatchException>(() => JobLedger.OpenOrCreate(_folder, TimeProvider.System));

        Assert.Equal("LedgerUnreadable", failure.Id);
        Assert.Equal(content, File.ReadAllText(_folder.Database));
    }

    [Fact]
    public void A_newer_ledger_is_refused_untouched()
    {
        JobLedger.OpenOrCreate(_folder, TimeProvider.System).Dispose();
        Execute($"PRAGMA user_version={LedgerSchema.Version + 1}; PRAGMA journal_mode=WAL;");
        byte[] before = File.ReadAllBytes(_folder.Database);

        ClaudeBatchException failure = Assert.Throws<ClaudeBatchException>(() => JobLedger.Open(_folder, TimeProvider.System));

        Assert.Equal("LedgerTooNew", failure.Id);
        Assert.Equal(before, File.ReadAllBytes(_folder.Database));
    }

    [Fact]
    public void Another_programs_database_is_refused_untouched()
    {
        _folder.Create();
        Execute("CREATE TABLE photo (id INTEGER); PRAGMA user_version=1;");
        byte[] before = File.ReadAllBytes(_folder.Database);

        Assert.Equal("LedgerUnreadable", Assert.Throws<ClaudeBatchException>(() => JobLedger.Open(_folder, TimeProvider.System)).Id);
        Assert.Equal(before, File.ReadAllBytes(_folder.Database));
    }

    [Fact]
    public void A_ledger_of_the_first_version_is_brought_over_with_a_backup()
    {
        MakeFirstVersion();

        using JobLedger ledger = JobLedger.Open(_folder, TimeProvider.System);

        BatchRecord batch = Assert.Single(ledger.Batches.All());
        Assert.Equal(("old/1", BatchState.InProgress, "msgbatch_old", 0), (batch.Key, batch.State, batch.ServiceId, batch.WaitsForRoom));
        Assert.Equal("a", Assert.Single(ledger.Attempts.OfBatch(batch, -1, 10)).CustomId);
        Assert.Equal(LedgerSchema.Version, ledger.Database.Scalar("PRAGMA user_version"));
        Assert.Equal(1, Scalar(LedgerSchema.BackupOf(_folder, 1), "PRAGMA user_version"));
        Assert.Equal(1, Scalar(LedgerSchema.BackupOf(_folder, 1), "SELECT count(*) FROM batch WHERE service_id = 'msgbatch_old'"));
    }

    [Fact]
    public void Rows_of_an_earlier_version_are_brought_over_whole_and_to_their_places()
    {
        MakeFirstVersion();
        Execute("""
            INSERT INTO batch (id, job_id, part, attempt, state, request_count, size_in_bytes) VALUES (7, 1, 2, 2, 'Collected', 1, 1);
            INSERT INTO request VALUES (1, 1, 'b', x'000102030405060708090a0b0c0d0e0f', 20, 30, 'TooLarge');
            INSERT INTO request VALUES (2, 0, 'of another job', x'000102030405060708090a0b0c0d0e0f', 0, 0, NULL);
            UPDATE attempt SET replaced_by = 7, cost_in_picodollars = 100 WHERE batch_id = 1;
            INSERT INTO attempt VALUES (7, 0, 1, 2, NULL, 'Errored', 'api_error', 'Transient', 'end_turn', 'a-model', 3, 4, 5, 6, 7, 8, 9, 10, 11);
            """);

        using JobLedger ledger = JobLedger.Open(_folder, TimeProvider.System);

        Assert.Equal(
            ["1 0 a 0 20 NULL", "1 1 b 20 30 'TooLarge'", "2 0 of another job 0 0 NULL"],
            Rows(ledger, "SELECT job_id || ' ' || row || ' ' || custom_id || ' ' || source_offset || ' ' || source_length || ' ' || quote(refusal) AS line FROM request ORDER BY id"));
        Assert.Equal(
            ["1 0 13 114 7 NULL", "7 0 1 2 NULL 'Errored'"],
            Rows(ledger, "SELECT batch_id || ' ' || row || ' ' || spool_offset || ' ' || spool_length || ' ' || quote(replaced_by) || ' ' || quote(outcome) AS line FROM attempt ORDER BY id"));
        Assert.Equal(
            ["0 api_error Transient end_turn a-model 3 4 5 6 7 8 NULL 9 10 11"],
            Rows(ledger, """
                SELECT output_schema || ' ' || error_type || ' ' || failure_class || ' ' || stop_reason || ' ' || model || ' ' || input_tokens || ' ' ||
                    cache_write_5m_tokens || ' ' || cache_write_1h_tokens || ' ' || cache_read_tokens || ' ' || output_tokens || ' ' || web_searches || ' ' ||
                    quote(inference_geo) || ' ' || cost_in_picodollars || ' ' || result_offset || ' ' || result_length AS line
                FROM attempt WHERE batch_id = 7
                """));
        AttemptRecord last = Assert.Single(ledger.Attempts.OfBatch(ledger.Batches.Get(7), -1, 10, onlyLast: true));
        Assert.Equal(("a", 109L), (last.CustomId, last.CostInPicodollars));
    }

    [Fact]
    public void Numbers_of_a_ledger_that_is_brought_over_go_on_above_every_trace_of_what_was_removed()
    {
        MakeFirstVersion();
        Execute("""
            INSERT INTO event (id, at, job_id, batch_id, kind, message) VALUES (90, '2026-01-01T00:00:00.000000Z', 30, 40, 'Sealed', 'gone');
            UPDATE attempt SET replaced_by = 50 WHERE batch_id = 1;
            """);
        Directory.CreateDirectory(_folder.Job(41));

        using JobLedger ledger = JobLedger.Open(_folder, TimeProvider.System);
        using JobInput input = JobInput.Open(ledger, new JobInputOptions
        {
            Name = "new",
            Connection = new ServiceConnection(new Uri("https://api.anthropic.com"), ApiCredential.FromKey("sk-ant-test")),
        });
        input.Add("a", EngineFixture.Request("a").Utf8.Span, default);
        SealedInput added = input.Seal();

        Assert.Equal((42L, 51L), (added.Job.Id, added.NewBatches[0].Id));
        Assert.True(ledger.Database.Scalar("SELECT max(id) FROM event") > 90);
        Assert.Equal(2, Rows(ledger, "SELECT DISTINCT guid AS line FROM job").Count);
        Assert.Equal(2, Rows(ledger, "SELECT DISTINCT guid AS line FROM batch").Count);
    }

    [Fact]
    public async Task A_migration_waits_until_nobody_else_has_the_ledger_open()
    {
        MakeFirstVersion();
        Task<JobLedger> opening;
        using (LedgerPresence.Enter(_folder))
        {
            opening = Task.Run(() => JobLedger.Open(_folder, TimeProvider.System));
            Assert.False(SpinWait.SpinUntil(() => opening.IsCompleted, 200));
            Assert.Equal(1, Scalar(_folder.Database, "PRAGMA user_version"));
        }

        using JobLedger ledger = await opening;
        Assert.Equal(LedgerSchema.Version, ledger.Database.Scalar("PRAGMA user_version"));
    }

    [Theory]
    [InlineData("nfs4", true)]
    [InlineData("cifs", true)]
    [InlineData("ext4", false)]
    [InlineData("overlay", false)]
    [InlineData("tmpfs", false)]
    public void Network_file_systems_are_told_apart(string format, bool isNetwork)
        => Assert.Equal(isNetwork, LedgerFolder.IsNetwork(DriveType.Unknown, format));

    private static List<string> Rows(JobLedger ledger, string sql) => ledger.Database.Read(sql, static row => row.Text("line"));

    private void MakeFirstVersion()
    {
        _folder.Create();
        Execute(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Ledger", "ledger-v1.sql")));
    }

    private void Execute(string sql)
    {
        using SqliteConnection connection = new($"Data Source={_folder.Database};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static long Scalar(string path, string sql)
    {
        using SqliteConnection connection = new($"Data Source={path};Pooling=False;Mode=ReadOnly");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }
}
