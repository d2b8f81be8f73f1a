using System.Text;
using ClaudeBatch.Pipeline;

namespace ClaudeBatch.Output;

/// <summary>Writes results as CSV, in the form of Export-Csv. A text stands there as it came, whatever a spreadsheet would do with it.</summary>
internal sealed class CsvResultTable(WholeFile file, ResultColumns columns, char delimiter) : ResultTable
{
    private readonly WaitingRows _rows = new(columns.Always);

    public override void Add(BatchResult result) => _rows.Add(columns.Of(result).Select(static c => (c, Text(c.Value))));

    public override Task CompleteAsync(CancellationToken cancellationToken)
    {
        foreach (string[] cells in _rows.Read())
        {
            IEnumerable<string> quoted = cells.Select(static c => $"\"{c.Replace("\"", "\"\"", StringComparison.Ordinal)}\"");
            file.Write(Encoding.UTF8.GetBytes(string.Join(delimiter, quoted) + Environment.NewLine));
        }

        return Task.CompletedTask;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _rows.Dispose();
        }

        base.Dispose(disposing);
    }
}
