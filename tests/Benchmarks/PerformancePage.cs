namespace ClaudeBatch.Benchmarks;

/// <summary>The page docs/performance.md. The measured tables are between two HTML comments; the text around them is written by hand.</summary>
internal static class PerformancePage
{
    private const string Begin = "<!-- measured -->";

    private const string End = "<!-- /measured -->";

    /// <summary>Replaces the tables of the page.</summary>
    public static void Write(string path, string tables)
    {
        string page = File.Exists(path) ? File.ReadAllText(path) : $"# Performance\n\n{Begin}\n{End}\n";
        int from = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int to = page.IndexOf(End, StringComparison.Ordinal);
        File.WriteAllText(path, $"{page[..from]}\n{tables}{page[to..]}");
    }
}
