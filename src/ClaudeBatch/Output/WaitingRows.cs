using System.Text;

namespace ClaudeBatch.Output;

/// <summary>Rows of a table that wait in a temporary file: its columns are known only after the last row.</summary>
internal sealed class WaitingRows : IDisposable
{
    private readonly TableColumns _columns;

    private readonly FileStream _file = new(
        Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);

    private readonly BinaryWriter _writer;

    /// <param name="always">The columns that the table has without any row.</param>
    public WaitingRows(IEnumerable<ResultCell> always)
    {
        _writer = new BinaryWriter(_file, Encoding.UTF8, leaveOpen: true);
        _columns = new TableColumns(always);
    }

    public long Count { get; private set; }

    public void Add(IEnumerable<(ResultCell Cell, string Text)> cells)
    {
        (ResultCell Cell, string Text)[] row = [.. cells];
        _writer.Write(row.Length);
        foreach ((ResultCell cell, string text) in row)
        {
            _writer.Write(_columns.PlaceOf(cell.Section, cell.Name));
            _writer.Write(text);
        }

        Count++;
    }

    /// <summary>Gives the names of the columns, then each row. The same array serves all rows.</summary>
    public IEnumerable<string[]> Read()
    {
        _writer.Flush();
        _file.Position = 0;
        using BinaryReader reader = new(_file, Encoding.UTF8, leaveOpen: true);
        int[] order = _columns.Order();
        int[] places = new int[order.Length];
        for (int i = 0; i < order.Length; i++)
        {
            places[order[i]] = i;
        }

        yield return [.. order.Select(p => _columns.Name(p))];
        string[] cells = new string[order.Length];
        for (long row = 0; row < Count; row++)
        {
            Array.Fill(cells, string.Empty);
            for (int left = reader.ReadInt32(); left > 0; left--)
            {
                int place = reader.ReadInt32();
                cells[places[place]] = reader.ReadString();
            }

            yield return cells;
        }
    }

    public void Dispose()
    {
        _writer.Dispose();
        _file.Dispose();
    }
}
