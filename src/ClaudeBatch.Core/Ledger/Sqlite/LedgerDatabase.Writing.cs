using ClaudeBatch.Core.Ledger.Files;
using Microsoft.Data.Sqlite;

namespace ClaudeBatch.Core.Ledger.Sqlite;

/// <content>Transactions, and what their failures are called.</content>
public sealed partial class LedgerDatabase
{
    private bool _isWriting;

    /// <summary>Runs the work while no other process has the ledger open.</summary>
    /// <exception cref="ClaudeBatchException"><c>LedgerBusy</c>.</exception>
    internal void Alone(Action work) => _presence.Alone(work);

    /// <summary>Runs the work in one immediate transaction, or in the one that is already open. An exception undoes all of it.</summary>
    public void Write(Action work)
    {
        if (_isWriting)
        {
            work();
            return;
        }

        _isWriting = true;
        try
        {
            Execute("BEGIN IMMEDIATE");
            work();
            Execute("COMMIT");
        }
        catch (SqliteException e)
        {
            throw Failure(e);
        }
        finally
        {
            RollBack();
            _isWriting = false;
        }
    }

    // A full disk ends a transaction by itself, and undoing one that has ended would be an error that hides the first one.
    private void RollBack()
    {
        if (SQLitePCL.raw.sqlite3_get_autocommit(_connection.Handle) == 0)
        {
            Execute("ROLLBACK");
        }
    }

    // A damaged database shows in many ways, such as a column that is missing or an id that is there twice. Whether it is damaged is asked
    // before any of them is told as what it seems.
    private ClaudeBatchException Failure(SqliteException cause)
        => LedgerFailure.MayBeDamage(cause) && FindDamage() is { } damage
            ? LedgerFailure.Damaged(Folder, damage, cause)
            : LedgerFailure.From(cause, Folder);

    /// <summary>Has SQLite look through the database.</summary>
    /// <returns>What is wrong first; null when nothing is.</returns>
    internal string? FindDamage()
    {
        try
        {
            using SqliteCommand check = Command("PRAGMA quick_check(1)", []);
            return check.ExecuteScalar() is string and not "ok" and var fault ? fault : null;
        }
        catch (SqliteException e)
        {
            return e.Message;
        }
    }
}
