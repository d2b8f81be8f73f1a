using System.Globalization;
using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <summary>The settings of a ledger. They are in its database, so that they are the same for everyone who uses it.</summary>
public sealed class LedgerSettings(LedgerDatabase database)
{
    /// <summary>
    /// How long the account's lists must show no candidate before a create call whose reply was lost counts as not received. The default is
    /// our assumption; the service documents no bound.
    /// </summary>
    public TimeSpan SettleTimeout
    {
        get => TimeSpan.FromSeconds(Get("settle_timeout_seconds") ?? 300);
        set => Set("settle_timeout_seconds", value.TotalSeconds);
    }

    /// <summary>For how many days after its last change a finished job keeps its files of requests and answers; null for ever.</summary>
    public int? RetentionDays
    {
        get => (int?)Get("retention_days");
        set => Set("retention_days", value);
    }

    /// <summary>Whether jobs that end are waited for by <c>-OnFinished</c>: those that had ended before are not.</summary>
    internal bool WatchesEnds
    {
        get => Get("watches_ends") is not null;
        set => Set("watches_ends", value ? 1 : null);
    }

    private double? Get(string name)
        => database.Read("SELECT value FROM setting WHERE name = $name", static row => row.Text("value"), ("$name", name)) is [string text]
            ? double.Parse(text, CultureInfo.InvariantCulture)
            : null;

    private void Set(string name, double? value) => database.Write(() =>
    {
        database.Execute("DELETE FROM setting WHERE name = $name", ("$name", name));
        if (value is { } number)
        {
            database.Execute(
                "INSERT INTO setting (name, value) VALUES ($name, $value)", ("$name", name), ("$value", number.ToString(
                    CultureInfo.InvariantCulture)));
        }
    });
}
