using System.Globalization;

namespace ClaudeBatch.CrashProbe;

/// <summary>The command line of the probe: <c>command --name value …</c>.</summary>
internal sealed class Options(string[] args)
{
    public string Command => args[0];

    public Uri Server => new(Get("server")!);

    public string Job => Get("job") ?? "job";

    public string Ledger => Get("ledger")!;

    public double Speed => double.Parse(Get("speed") ?? "1", CultureInfo.InvariantCulture);

    public int Rows => Number("rows", 4);

    public int RowsPerPart => Number("rows-per-part", 2);

    public int RowSize => Number("row-size", 20);

    public int MaxAttempts => Number("attempts", 1);

    /// <summary>The milestone to stop at. The probe then writes <c>at milestone</c>, and continues when it reads a line.</summary>
    public string? StopAt => Get("stop-at");

    /// <summary>How many times the probe passes that milestone before it stops there.</summary>
    public int Skip => Number("skip", 0);

    /// <summary>The milestone that has to be passed before any other counts; null for none.</summary>
    public string? After => Get("after");

    public bool SendAgain => Get("again") is not null;

    /// <summary>A document that every request names, and that is uploaded; null for none.</summary>
    public string? Document => Get("document");

    /// <summary>The file of the identity token; null for another credential.</summary>
    public string? IdentityToken => Get("identity-token");

    /// <summary>The file that keeps the access token.</summary>
    public string? TokenFile => Get("token-file");

    /// <summary>The folder with the profile to use; null for another credential.</summary>
    public string? ProfileFolder => Get("profiles");

    /// <summary>The file in which tools count their calls; null for requests without tools.</summary>
    public string? ToolsFile => Get("tools");

    private string? Get(string name)
    {
        int at = Array.IndexOf(args, "--" + name);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
    }

    private int Number(string name, int defaultValue) => Get(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : defaultValue;
}
