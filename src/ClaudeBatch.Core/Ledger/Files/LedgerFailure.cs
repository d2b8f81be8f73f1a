using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace ClaudeBatch.Core.Ledger.Files;

/// <summary>Makes the exceptions for failures of the ledger's database.</summary>
internal static class LedgerFailure
{
    private const int Error = 1;

    private const int Busy = 5;

    private const int Corrupt = 11;

    private const int Full = 13;

    private const int Constraint = 19;

    private const int Mismatch = 20;

    private const int NotADatabase = 26;

    /// <summary>Returns whether a write failed because the disk is full. A smaller write may still succeed.</summary>
    public static bool IsFull(Exception failure) => failure switch
    {
        ClaudeBatchException { InnerException: { } inner } => IsFull(inner),
        SqliteException e => e.SqliteErrorCode == Full,
        // ENOSPC and EDQUOT on Unix, ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL on Windows.
        IOException e => (e.HResult & 0xFFFF) is 28 or 122 or 112 or 39,
        _ => false,
    };

    public static ClaudeBatchException From(SqliteException cause, LedgerFolder folder) => cause.SqliteErrorCode switch
    {
        NotADatabase or Corrupt => Unreadable(folder, cause),
        Busy => new ClaudeBatchException(
            FailureKind.Busy,
            "LedgerBusy",
            $"'{folder.Database}' is being written by another process and was not free for a minute. Run the line again.",
            cause)
        { Target = folder.Database },
        _ => LedgerFolder.NotWritable(folder.Database, cause),
    };

    /// <summary>Whether an error may come from a damaged database, and is not about the disk or about other processes.</summary>
    public static bool MayBeDamage(SqliteException failure) => failure.SqliteErrorCode is Error or Constraint or Mismatch or Corrupt;

    public static ClaudeBatchException Damaged(LedgerFolder folder, string damage, Exception? cause) => new(
        FailureKind.Storage,
        "LedgerUnreadable",
        $"'{folder.Database}' is damaged ({damage.ReplaceLineEndings(" ").TrimEnd('.')}). Nothing was written. Restore it from a backup, or "
            + "name another folder; the files in the folder of jobs beside it are not touched.",
        cause)
    { Target = folder.Database };

    public static ClaudeBatchException Unreadable(LedgerFolder folder, Exception? cause) => new(
        FailureKind.Storage,
        "LedgerUnreadable",
        $"'{folder.Database}' is not a ledger that can be read. It was left untouched; restore it from a backup or name another folder.",
        cause)
    { Target = folder.Database };

    /// <param name="set">The type whose member the word should be.</param>
    /// <param name="word">As the ledger has it.</param>
    public static ClaudeBatchException UnknownWord(string set, string word) => new(
        FailureKind.Storage,
        "LedgerUnreadable",
        $"The ledger holds the {InWords(set)} '{word}', which this version does not know.");

    public static ClaudeBatchException TooNew(LedgerFolder folder, long version, long newest) => new(
        FailureKind.Storage,
        "LedgerTooNew",
        $"'{folder.Database}' was written by a newer ClaudeBatch (schema {version}; this one reads up to {newest}). Update the module.")
    { Target = folder.Database };

    private static string InWords(string name) => JsonNamingPolicy.KebabCaseLower.ConvertName(name).Replace('-', ' ');
}
