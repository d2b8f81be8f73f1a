namespace ClaudeBatch.Report.Tests;

/// <summary>Tests of pages, which are gone afterwards.</summary>
public abstract class ReportPages(Chromium chromium) : IClassFixture<Chromium>, IDisposable
{
    private readonly List<string> _files = [];

    protected Chromium Chromium => chromium;

    public void Dispose()
    {
        _files.ForEach(System.IO.File.Delete);
        GC.SuppressFinalize(this);
    }

    protected string Two()
    {
        ReportContent content = Made.Content(Made.Job(), Made.Job("sonnet", "claude-sonnet-5")) with
        {
            Evaluations = [Made.Evaluation("haiku", 0.8, "sonnet"), Made.Evaluation("sonnet", 0.865, "haiku")],
        };
        return File(content, Made.Rows(60).Concat(Made.Rows(60).Select(static r => r with { Job = 1, Model = "claude-sonnet-5" })));
    }

    private protected string One(IEnumerable<RowOf> rows) => File(Made.Content(Made.Job()), rows);

    private protected string File(ReportContent content, IEnumerable<RowOf> rows)
    {
        string path = Made.File(content, rows);
        _files.Add(path);
        return path;
    }
}
