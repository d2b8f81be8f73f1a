using System.Globalization;
using System.Text;

namespace ClaudeBatch.Report;

/// <summary>
/// Writes a report as one page of HTML, front to back, so that its rows are never in memory together. What is essential is there without
/// scripts; scripts draw the charts and the table of the rows. Nothing is loaded, and of scripts only ours run.
/// </summary>
/// <param name="write">Takes the bytes.</param>
public sealed class ReportWriter(ReportSink write)
{
    private ReportRows? _rows;

    /// <summary>Writes all that comes before the rows.</summary>
    public void Begin(ReportContent content)
    {
        string[] scripts = content.HasRows
            ? [ReportAssets.Charts, ReportAssets.ChartsOfPage, ReportAssets.Table, ReportAssets.ReadingOfPage, ReportAssets.RowsOfPage]
            : [ReportAssets.Charts, ReportAssets.ChartsOfPage];
        string policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; script-src "
            + string.Join(' ', scripts.Select(static s => ReportAssets.PolicyOf(ReportAssets.Read(s))));
        Write($"<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
            + $"<meta http-equiv=Content-Security-Policy content=\"{policy}\">\n"
            + "<meta name=viewport content=\"width=device-width, initial-scale=1\">\n<meta name=referrer content=no-referrer>\n"
            + "<meta name=color-scheme content=\"light dark\">\n<link rel=icon href=\"data:,\">\n<title>");
        write(new Html().Text(content.Title).ToUtf8());
        Write("</title>\n<style>\n");
        if (content.HasRows)
        {
            write(ReportAssets.Read(ReportAssets.TableStyle));
        }

        write(ReportAssets.Read(ReportAssets.PageStyle));
        Write("</style>\n</head>\n<body>\n");
        write(new ReportSections(content).ToUtf8());
        WriteData("figures", ReportFigures.Of(content).Span);
        WriteScript(ReportAssets.Charts);
        WriteScript(ReportAssets.ChartsOfPage);
        if (content.HasRows)
        {
            BeginRows(content);
        }
    }

    /// <summary>Writes a row. It is not called where the page has none.</summary>
    public void Add(in ReportRow row) => _rows!.Add(row);

    /// <summary>Writes what comes after the rows.</summary>
    public void End()
    {
        if (_rows is not null)
        {
            _rows.Complete();
            WriteData("rows-end", Encoding.UTF8.GetBytes(_rows.Count.ToString(CultureInfo.InvariantCulture)));
            Write("</section>\n");
        }

        Write("</main>\n</body>\n</html>\n");
    }

    private void BeginRows(ReportContent content)
    {
        Write("<section id=rows><h2>Rows</h2>\n<p class=hint>");
        write(new Html().Text(content.RowsSentence).ToUtf8());
        Write(" Texts are cut after 500 characters; Export-ClaudeBatchResult writes them whole. A click on a row shows all of it.</p>\n"
            + "<p id=rows-note>The table of the rows needs scripts.</p>\n<div id=filters hidden></div>\n"
            + "<p id=rows-count role=status aria-live=polite></p>\n<div id=rows-table></div>\n");
        WriteScript(ReportAssets.Table);
        WriteScript(ReportAssets.ReadingOfPage);
        WriteScript(ReportAssets.RowsOfPage);
        _rows = new ReportRows(write, [.. content.Jobs.Select(static j => j.Name)]);
    }

    private void WriteData(string id, ReadOnlySpan<byte> json)
    {
        Write($"<script type=\"application/json\" id={id}>");
        write(json);
        Write("</script>\n");
    }

    private void WriteScript(string asset)
    {
        Write("<script>");
        write(ReportAssets.Read(asset));
        Write("</script>\n");
    }

    private void Write(string markup) => write(Encoding.UTF8.GetBytes(markup));
}
