#!/bin/sh
# SQLitePCLRaw's SQLite is built with foreign keys on, so the usual way of making a table anew loses rows or fails.
#
# Library:   SQLitePCLRaw.bundle_e_sqlite3 3.0.5 (SQLite 3.53.4) with Microsoft.Data.Sqlite.Core 10.0.15
# Input:     a parent with two rows, a child with three; the parent made anew in a transaction (create, copy, drop, rename).
# Expected:  SQLite's own default: foreign keys are off until PRAGMA foreign_keys = ON, and three children are left.
# Behaviour: DEFAULT_FOREIGN_KEYS is compiled in. DROP TABLE deletes the rows first: it fails on a plain reference, and takes the
#            children along, without a word, on one that cascades. Renaming the old table away takes the references with it. PRAGMA
#            foreign_keys = OFF inside the transaction does nothing, as SQLite documents; it must stand before it.
# For us:    the ledger is opened with Foreign Keys=False (LedgerDatabase).
#
# Output seen:
#   SQLite 3.53.4, compiled with DEFAULT_FOREIGN_KEYS
#   PRAGMA foreign_keys on a connection nobody has set up: 1
#   create, copy, drop, rename:                    SQLite Error 19: 'FOREIGN KEY constraint failed'.
#   the same where the reference cascades:         0 of 3 children left, of parent
#   the same, switched off inside the transaction: 0 of 3 children left, of parent
#   rename, create, copy, drop, cascading:         0 of 3 children left, of "old"
#   the second with Foreign Keys=False:            3 of 3 children left, of parent
set -eu
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '<Project />' | tee Directory.Build.props Directory.Build.targets >Directory.Packages.props
cat >probe.csproj <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net8.0</TargetFramework>
    <RollForward>Major</RollForward>
    <ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Microsoft.Data.Sqlite.Core" Version="[10.0.15]" />
    <PackageReference Include="SQLitePCLRaw.bundle_e_sqlite3" Version="[3.0.5]" />
  </ItemGroup>
</Project>
PROJECT
cat >Program.cs <<'CODE'
using Microsoft.Data.Sqlite;
using SQLitePCL;

Batteries_V2.Init();
raw.sqlite3_open(":memory:", out sqlite3 bare);
using (bare)
{
    raw.sqlite3_prepare_v2(bare, "PRAGMA foreign_keys", out sqlite3_stmt statement);
    using (statement)
    {
        raw.sqlite3_step(statement);
        string options = string.Join(' ', Enumerable.Range(0, 200).Select(i => raw.sqlite3_compileoption_get(i).utf8_to_string()).Where(o => o?.Contains("FOREIGN_KEYS") == true));
        Console.WriteLine($"SQLite {raw.sqlite3_libversion().utf8_to_string()}, compiled with {options}");
        Console.WriteLine($"PRAGMA foreign_keys on a connection nobody has set up: {raw.sqlite3_column_int(statement, 0)}");
    }
}

const string Copy = "CREATE TABLE made(id INTEGER PRIMARY KEY, name TEXT NOT NULL); INSERT INTO made SELECT id, name FROM parent; DROP TABLE parent; ALTER TABLE made RENAME TO parent";
const string Rename = "ALTER TABLE parent RENAME TO old; CREATE TABLE parent(id INTEGER PRIMARY KEY, name TEXT NOT NULL); INSERT INTO parent SELECT id, name FROM old; DROP TABLE old";
string[] seen =
[
    Remake(Copy, "", ""),
    Remake(Copy, "ON DELETE CASCADE", ""),
    Remake("PRAGMA foreign_keys = OFF; " + Copy, "ON DELETE CASCADE", ""),
    Remake(Rename, "ON DELETE CASCADE", ""),
    Remake(Copy, "ON DELETE CASCADE", ";Foreign Keys=False"),
];
Console.WriteLine($"create, copy, drop, rename:                    {seen[0]}");
Console.WriteLine($"the same where the reference cascades:         {seen[1]}");
Console.WriteLine($"the same, switched off inside the transaction: {seen[2]}");
Console.WriteLine($"rename, create, copy, drop, cascading:         {seen[3]}");
Console.WriteLine($"the second with Foreign Keys=False:            {seen[4]}");
string[] known =
[
    "SQLite Error 19: 'FOREIGN KEY constraint failed'.",
    "0 of 3 children left, of parent",
    "0 of 3 children left, of parent",
    "0 of 3 children left, of \"old\"",
    "3 of 3 children left, of parent",
];
return seen.SequenceEqual(known) ? 0 : 1;

static string Remake(string steps, string clause, string setting)
{
    using SqliteConnection connection = new($"Data Source=:memory:{setting}");
    connection.Open();
    Ask(connection, $"""
        CREATE TABLE parent(id INTEGER PRIMARY KEY, name TEXT);
        CREATE TABLE child(id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent(id) {clause});
        INSERT INTO parent VALUES (1, 'a'), (2, 'b');
        INSERT INTO child VALUES (1, 1), (2, 2), (3, 2);
        """);
    try
    {
        using SqliteTransaction transaction = connection.BeginTransaction();
        Ask(connection, steps);
        transaction.Commit();
    }
    catch (SqliteException e)
    {
        return e.Message;
    }
    string sql = (string)Ask(connection, "SELECT sql FROM sqlite_schema WHERE name = 'child'")!;
    return $"{Ask(connection, "SELECT count(*) FROM child")} of 3 children left, of {sql.Split("REFERENCES ")[1].Split('(')[0]}";
}

static object? Ask(SqliteConnection connection, string sql)
{
    using SqliteCommand command = connection.CreateCommand();
    command.CommandText = sql;
    return command.ExecuteScalar();
}
CODE
dotnet build --nologo --verbosity quiet --output out >build.log || { cat build.log; exit 2; }
dotnet out/probe.dll || { echo 'CHANGED: see what differs above.'; exit 1; }
