using System.Globalization;

namespace ClaudeBatch.Benchmarks;

/// <summary>What is measured, how often, and with what.</summary>
internal sealed record BenchOptions
{
    /// <summary>Besides one that is not counted.</summary>
    public int Runs { get; private init; } = 5;

    public int Count { get; private init; } = 100_000;

    /// <summary>The last of them takes minutes and 4 GB.</summary>
    public IReadOnlyList<int> Growth { get; private init; } = [1_000, 10_000, 100_000, 1_000_000];

    public string Folder { get; private init; } = Path.Combine(Path.GetTempPath(), "claudebatch-bench");

    /// <summary>Null measures the engine without a shell.</summary>
    public string? PowerShell { get; private init; }

    /// <summary>The shell's version, for the report.</summary>
    public string PowerShellVersion { get; private init; } = string.Empty;

    public string Module { get; private init; } = Path.GetFullPath("out/ClaudeBatch/ClaudeBatch.psd1");

    /// <summary>The file to write.</summary>
    public string Report { get; private init; } = Path.GetFullPath("docs/performance.md");

    /// <exception cref="ArgumentException">A name that is not known, or has no value.</exception>
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
