using System.Globalization;

namespace ClaudeBatch.Benchmarks;

/// <summary>The options of a benchmark run, from the command line.</summary>
internal sealed record BenchOptions
{
    /// <summary>The number of runs that count. One run before them warms up and does not count.</summary>
    public int Runs { get; private init; } = 5;

    public int Count { get; private init; } = 100_000;

    /// <summary>The numbers of requests at which growth is measured. The largest takes minutes, and 4 GB of disk.</summary>
    public IReadOnlyList<int> Growth { get; private init; } = [1_000, 10_000, 100_000, 1_000_000];

    public string Folder { get; private init; } = Path.Combine(Path.GetTempPath(), "claudebatch-bench");

    /// <summary>The path of PowerShell; null to measure the engine without a shell.</summary>
    public string? PowerShell { get; private init; }

    /// <summary>The version of PowerShell, for the report.</summary>
    public string PowerShellVersion { get; private init; } = string.Empty;

    public string Module { get; private init; } = Path.GetFullPath("out/ClaudeBatch/ClaudeBatch.psd1");

    /// <summary>The page that the tables are written into.</summary>
    public string Report { get; private init; } = Path.GetFullPath("docs/performance.md");

    /// <exception cref="ArgumentException">An option is not known, or has no value.</exception>
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
                "--growth" => options with { Growth = [.. value.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Number)] },
                "--folder" => options with { Folder = value },
                "--pwsh" => options with { PowerShell = value },
                "--pwsh-version" => options with { PowerShellVersion = value },
                "--report" => options with { Report = Path.GetFullPath(value) },
                _ => throw new ArgumentException($"'{arguments[i]}' is not known.", nameof(arguments)),
            };
        }

        return options;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
