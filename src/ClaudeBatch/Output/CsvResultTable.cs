using System.Text;
using ClaudeBatch.Json;
using ClaudeBatch.Pipeline;

namespace ClaudeBatch.Output;

/// <summary>
/// Writes results as CSV, in the form of Export-Csv. The columns are known only after the last row, so the rows wait in a temporary file.
/// </summary>
internal sealed class CsvResultTable(WholeFile file) : ResultTable
{
    private readonly List<string> _sourceColumns = [];

    private readonly Dictionary<string, int> _places = new(StringComparer.OrdinalIgnoreCase);

    private readonly FileStream _waiting = new(
        Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);

    private BinaryWriter? _writer;

    private long _rows;

    public override void Add(BatchResult result)
    {
        _writer ??= new BinaryWriter(_waiting, Encoding.UTF8, leaveOpen: true);
        (int Place, string Text)[] source = [.. SourceCells(result).Select(c => (PlaceOf(c.Name), Text(c.Value)))];
        _writer.Write(source.Length);
        foreach ((int place, string text) in source)
        {
            _writer.Write(place);
            _writer.Write(text);
        }

        foreach ((_, object? value) in OwnCells(result))
        {
            _writer.Write(Text(value));
        }

        _rows++;
    }

    public override void Complete()
    {
        _writer?.Flush();
        _waiting.Position = 0;
        using BinaryReader reader = new(_waiting, Encoding.UTF8, leaveOpen: true);
        string[] own = [.. OwnColumns];
        WriteLine(_sourceColumns.Concat(own));
        string[] cells = new string[_sourceColumns.Count + own.Length];
        for (long row = 0; row < _rows; row++)
        {
            Array.Fill(cells, string.Empty);
            for (int left = reader.ReadInt32(); left > 0; left--)
            {
                int place = reader.ReadInt32();
                cells[place] = reader.ReadString();
            }

            for (int i = 0; i < own.Length; i++)
            {
                cells[_sourceColumns.Count + i] = reader.ReadString();
            }

            WriteLine(cells);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _writer?.Dispose();
            _waiting.Dispose();
        }

        base.Dispose(disposing);
    }

    // A null becomes an empty cell, as with Export-Csv. Objects and lists become JSON, where Export-Csv would write their type name.
    private static string Text(object? value) => value switch
    {
        null => string.Empty,
        System.Management.Automation.PSObject or Array => Encoding.UTF8.GetString(JsonText.Write(value)),
        _ => JsonText.Text(value),
    };

    private int PlaceOf(string name)
    {
        if (!_places.TryGetValue(name, out int place))
        {
            place = _sourceColumns.Count;
            _places.Add(name, place);
            _sourceColumns.Add(name);
        }

        return place;
    }

    private void WriteLine(IEnumerable<string> cells)
        => file.Write(Encoding.UTF8.GetBytes(
            string.Join(',', cells.Select(static c => $"\"{c.Replace("\"", "\"\"", StringComparison.Ordinal)}\"")) + Environment.NewLine));
}
