using System.Globalization;

namespace ClaudeBatch.CrashProbe;

/// <summary>What the probe is told on its command line: <c>command --name value …</c>.</summary>
internal sealed class Options(string[] args)
{
    public string Command => args[0];

    public Uri Server => new(Get("server")!);

    public string Ledger => Get("ledger")!;

    public double Speed => double.Parse(Get("speed") ?? "1", CultureInfo.InvariantCulture);

    public int Rows => Number("rows", 4);

    public int RowsPerPart => Number("rows-per-part", 2);

    public int RowSize => Number("row-size", 20);

    public int MaxAttempts => Number("attempts", 1);

    /// <summary>The place to stop at: the probe writes <c>at place</c> and goes on when it is sent a line.</summary>
    public string? StopAt => Get("stop-at");

    /// <summary>How many times the place is passed before.</summary>
    public int Skip => Number("skip", 0);

    public bool SendAgain => Get("again") is not null;

    private string? Get(string name)
    {
        int at = Array.IndexOf(args, "--" + name);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
    }

    private int Number(string name, int otherwise) => Get(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
