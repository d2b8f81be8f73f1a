using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Tests.Ledger;

/// <summary>Rows are read by the names of their columns.</summary>
public sealed class LedgerRowTests : IDisposable
{
    private const string Three = "SELECT 1 AS one, 'zwei' AS two, NULL AS three UNION ALL SELECT 10, 'zwanzig', 30 ORDER BY 1";

    private readonly string _folder = Directory.CreateTempSubdirectory("claudebatch-rows-").FullName;

    private readonly LedgerDatabase _database;

    public LedgerRowTests() => _database = LedgerDatabase.OpenOrCreate(new LedgerFolder(_folder));

    public void Dispose()
    {
        _database.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void The_order_of_the_columns_is_of_no_account() => Assert.Equal(
        [(null, "zwei", 1), (30, "zwanzig", 10)],
        _database.Read(Three, static row => (row.NumberOrNull("three"), row.Text("two"), row.Number("one"))));

    [Fact]
    public void Rows_may_ask_for_different_columns() => Assert.Equal(
        ["zwei", "30"],
        _database.Read(Three, static row => row.Number("one") == 1 ? row.Text("two") : $"{row.Number("three")}"));

    [Fact]
    public void A_name_made_while_running_is_the_same_name() => Assert.Equal(
        ["zwei", "zwanzig"], _database.Read(Three, static row => row.Text(string.Concat("t", "wo".AsSpan()))));

    [Theory]
    [InlineData(Three, "four")]
    [InlineData("SELECT 1 AS four, 2 AS four", "four")]
    [InlineData(Three, "ONE")]
    public void What_the_statement_does_not_have_once_is_not_read(string sql, string column)
        => Assert.Throws<ArgumentException>(() => _database.Read(sql, row => row.Number(column)));
}
