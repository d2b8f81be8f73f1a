using System.Globalization;

namespace ClaudeBatch.Benchmarks;

/// <summary>The options of a benchmark run, from the command line.</summary>
internal sealed record BenchOptions
{
    public const string Usage =
        "run --root <repository> --pwsh <path> [--pwsh-version <version>] [--report <file>] [--baseline <folder of another build>] [--only journey,submit,collect,export,rows,import,rounds,growth,poll] " +
        "[--runs 5] [--count 100000] [--growth 1000,10000,100000,1000000] [--jobs 0] [--job-size 1000000] [--folder <folder>] [--port 8199] | inner";

    /// <summary>The number of runs that count. One run before them warms up and does not count.</summary>
    public int Runs { get; private init; } = 5;

    public int Count { get; private init; } = 100_000;

    /// <summary>The parts that are run.</summary>
    public IReadOnlySet<Part> Only { get; private init; } = new HashSet<Part>(Enum.GetValues<Part>());

    /// <summary>The numbers of requests at which growth is measured. The largest takes minutes, and 10 GB of disk.</summary>
    public IReadOnlyList<int> Growth { get; private init; } = [1_000, 10_000, 100_000, 1_000_000];

    /// <summary>The number of jobs of <see cref="JobSize"/> in one ledger. Ten take tens of minutes, and up to 45 GB of disk.</summary>
    public int Jobs { get; private init; }

    public int JobSize { get; private init; } = 1_000_000;

    /// <summary>The folder of the data, the ledgers and the npm packages.</summary>
    public string Folder { get; private init; } = Path.Combine(Path.GetTempPath(), "claudebatch-bench");

    public int Port { get; private init; } = 8199;

    /// <summary>The path of PowerShell.</summary>
    public string PowerShell { get; private init; } = string.Empty;

    /// <summary>The version of PowerShell, for the report.</summary>
    public string PowerShellVersion { get; private init; } = string.Empty;

    /// <summary>The manifest of the built module.</summary>
    public string Module { get; private init; } = string.Empty;

    private string Page { get; init; } = string.Empty;

    private string? GivenReport { get; init; }

    /// <summary>The manifest of another build, which is measured beside ours; null to measure ours alone.</summary>
    public string? Baseline { get; private init; }

    /// <summary>The page that the tables are written into: docs/performance.md by default; null where only a part of them is measured.</summary>
    public string? Report => GivenReport ?? (Only.Count == Enum.GetValues<Part>().Length ? Page : null);

    /// <exception cref="ArgumentException">An option is not known, lacks, has no value or a wrong one.</exception>
    public static BenchOptions Parse(ReadOnlySpan<string> arguments)
    {
        BenchOptions options = new();
        for (int i = 0; i < arguments.Length; i += 2)
        {
            string value = i + 1 < arguments.Length ? arguments[i + 1] : throw new ArgumentException($"'{arguments[i]}' has no value.", nameof(arguments));
            options = arguments[i] switch
            {
                "--runs" => options with { Runs = Number(value) },
                "--count" => options with { Count = Number(value) },
                "--only" => options with { Only = Items(value).Select(PartOf).ToHashSet() },
                "--growth" => options with { Growth = [.. Items(value).Select(Number)] },
                "--jobs" => options with { Jobs = Number(value) },
                "--job-size" => options with { JobSize = Number(value) },
                "--folder" => options with { Folder = Path.GetFullPath(value) },
                "--port" => options with { Port = Number(value) },
                "--pwsh" => options with { PowerShell = value },
                "--pwsh-version" => options with { PowerShellVersion = value },
                "--root" => options with { Module = Manifest(Path.Combine(value, "out", "ClaudeBatch")), Page = Path.GetFullPath(Path.Combine(value, "docs", "performance.md")) },
                "--baseline" => options with { Baseline = Manifest(value) },
                "--report" => options with { GivenReport = Path.GetFullPath(value) },
                _ => throw new ArgumentException($"'{arguments[i]}' is not known.", nameof(arguments)),
            };
        }

        return options.PowerShell.Length > 0 && options.Module.Length > 0
            ? options
            : throw new ArgumentException("--root and --pwsh must be given; ./build.ps1 Bench gives them.", nameof(arguments));
    }

    // PowerShell makes an array of what has commas, and hands it on with spaces.
    private static string[] Items(string list) => list.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries);

    private static Part PartOf(string name) => Enum.TryParse(name, ignoreCase: true, out Part part) && !char.IsAsciiDigit(name[0])
        ? part
        : throw new ArgumentException($"'{name}' is no part. There are: {string.Join(", ", Enum.GetNames<Part>()).ToLowerInvariant()}.", nameof(name));

    private static string Manifest(string folder)
    {
        string path = Path.Combine(Path.GetFullPath(folder), "ClaudeBatch.psd1");
        return File.Exists(path) ? path : throw new ArgumentException($"'{Path.GetFullPath(folder)}' has no ClaudeBatch.psd1.", nameof(folder));
    }

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        ? number
        : throw new ArgumentException($"'{text}' is no number.", nameof(text));
}
