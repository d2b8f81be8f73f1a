namespace ClaudeBatch.Benchmarks;

/// <summary>docs/performance.md: what is measured stands between two marks, what is said about it around them.</summary>
internal static class PerformancePage
{
    private const string Begin = "<!-- measured -->";

    private const string End = "<!-- /measured -->";

    /// <summary>Puts the tables into the page, and says them.</summary>
    public static void Write(string path, string tables)
    {
        Console.WriteLine(tables);
        string page = File.Exists(path) ? File.ReadAllText(path) : $"# Performance\n\n{Begin}\n{End}\n";
        int from = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int to = page.IndexOf(End, StringComparison.Ordinal);
        File.WriteAllText(path, $"{page[..from]}\n{tables}{page[to..]}");
    }
}
