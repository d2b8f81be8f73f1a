using System.Text.RegularExpressions;

namespace ClaudeBatch.Crash.Tests;

/// <summary>Every row of docs/outcomes.md names a test that exists.</summary>
public sealed partial class OutcomesPageTests
{
    [Fact]
    public void Every_row_names_tests_that_exist()
    {
        string root = Root();
        string tests = string.Join(
            '\n', Directory.EnumerateFiles(Path.Combine(root, "tests"), "*Tests.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        string[] rows = [.. File.ReadLines(Path.Combine(root, "docs", "outcomes.md")).Where(static l => l.StartsWith("| ", StringComparison.Ordinal))];
        Assert.True(rows.Length > 50);
        foreach (string row in rows.Where(static r => !r.Contains(" Test |", StringComparison.Ordinal)))
        {
            string last = row.TrimEnd(' ', '|').Split(" | ")[^1];
            string[] names = [.. NameOfATest().Matches(last).Select(static m => m.Groups["kind"].Success ? $"\"{m.Groups["rest"].Value.Trim()}\"" : m.Groups["name"].Value)];
            Assert.True(names.Length > 0, $"No test is named: {row}");
            Assert.All(names, name => Assert.True(tests.Contains(name, StringComparison.Ordinal), $"There is no test {name}: {row}"));
        }
    }

    [GeneratedRegex("""`(?<kind>Kill|Fault)` (?<rest>.+?)(?=, `|$)|`(?<name>\w+)`""", RegexOptions.ExplicitCapture)]
    private static partial Regex NameOfATest();

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ClaudeBatch.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The tests run from a folder inside the repository.");
        }

        return folder.FullName;
    }
}
