using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using ClaudeBatch.Core.Json;
using ClaudeBatch.Core;
using ClaudeBatch.Json;
using ClaudeBatch.Pipeline;

namespace ClaudeBatch.Output;

/// <summary>
/// Writes results as CSV, in the form of Export-Csv. A text stands there as it came, whatever a spreadsheet would do with it. Where a row
/// has a column that earlier ones lack, the file is written again at the end.
/// </summary>
internal sealed class CsvResultTable : PlainResultTable
{
    private const int None = -1;

    private const int MostShapes = 64;

    private readonly WholeFile _file;

    private readonly byte[] _delimiter;

    private readonly TableColumns _columns;

    // Where the last of the rows ends that were written when there were so many columns.
    private readonly List<(long End, int Columns)> _narrow = [];

    // For each shape of rows, the members in the order of the columns.
    private readonly Dictionary<RowShape, int[]> _members = [];

    private readonly ArrayBufferWriter<byte> _line = new(4096);

    private readonly ArrayBufferWriter<byte> _text = new(1024);

    private int[] _order = [];

    private int[] _ofRow = [];

    private int _cells;

    private long _start;

    private long _firstRow = None;

    public CsvResultTable(WholeFile file, ResultColumns columns, char delimiter)
        : base(columns)
    {
        _file = file;
        _delimiter = Encoding.UTF8.GetBytes([delimiter]);
        _columns = new TableColumns(columns.Always);
    }

    public override Task CompleteAsync(CancellationToken cancellationToken)
    {
        Lay();
        if (_narrow.Count > 0)
        {
            _narrow.Add((_file.Length, _order.Length));
            _file.Rewrite((from, to) =>
            {
                CsvWidening rows = new(from, to, _delimiter, cancellationToken);
                rows.Copy(_start);
                WriteHeading();
                to.Write(_line.WrittenSpan);
                rows.GoTo(_firstRow);
                foreach ((long end, int columns) in _narrow)
                {
                    rows.Widen(end, columns, _order);
                }
            });
        }

        return Task.CompletedTask;
    }

    protected override void AddObjects(IEnumerable<ResultCell> cells)
    {
        (int Place, string Text)[] row = [.. cells.Select(c => (_columns.PlaceOf(c.Section, c.Name), Text(c.Value)))];
        Lay();
        string?[] texts = new string?[_columns.Count];
        foreach ((int place, string text) in row)
        {
            texts[place] = text;
        }

        BeginLine();
        foreach (int place in _order)
        {
            Write(texts[place]);
        }

        End();
    }

    protected override void Begin(RowShape shape)
    {
        if (!_members.TryGetValue(shape, out int[]? members))
        {
            int[] places = [.. shape.Columns.Select(name => _columns.PlaceOf(ResultColumns.SourceSection, name))];
            Lay();
            IEnumerable<int> ofRows = _order.TakeWhile(place => _columns.Section(place) == ResultColumns.SourceSection);
            members = [.. ofRows.Select(place => Array.IndexOf(places, place))];
            if (_members.Count == MostShapes)
            {
                _members.Clear();
            }

            _members.Add(shape, members);
        }

        _ofRow = members;
        BeginLine();
    }

    [MethodImpl(Hot.AtOnce)]
    protected override bool TryRow(PlainRow row, ReadOnlySpan<byte> bytes)
    {
        foreach (int member in _ofRow)
        {
            if (member < 0)
            {
                Write(null);
            }
            else if (!TryWrite(bytes[row[member]]))
            {
                return false;
            }
        }

        return true;
    }

    // The result's own columns were there first, each at its place.
    [MethodImpl(Hot.AtOnce)]
    protected override void GoTo(int column)
    {
        while (_order[_cells] != column)
        {
            Write(null);
        }
    }

    [MethodImpl(Hot.AtOnce)]
    protected override void Write(object? value)
    {
        if (value is null)
        {
            WritePlain(default);
        }
        else
        {
            CsvForm.Write(Before(), value as string ?? Text(value), _line);
        }
    }

    [MethodImpl(Hot.AtOnce)]
    protected override void WriteText(ReadOnlySpan<byte> json)
    {
        ReadOnlySpan<byte> text = json[1..^1];
        _text.ResetWrittenCount();
        if (text.IndexOf((byte)'\\') < 0)
        {
            WritePlain(text);
        }
        else if (MendedText.TryWrite(text, _text))
        {
            WritePlain(_text.WrittenSpan);
        }
        else
        {
            Write(ObjectView.Parse(json));
        }
    }

    [MethodImpl(Hot.AtOnce)]
    protected override void WritePlain(ReadOnlySpan<byte> json) => CsvForm.Write(Before(), json, _line);

    [MethodImpl(Hot.AtOnce)]
    protected override void End()
    {
        _line.Write(CsvForm.LineEnd);
        _file.Write(_line.WrittenSpan);
    }

    private void BeginLine()
    {
        _line.ResetWrittenCount();
        _cells = 0;
    }

    private ReadOnlySpan<byte> Before() => _cells++ > 0 ? _delimiter : default;

    // Gives the columns their order, where there are new ones.
    private void Lay()
    {
        if (_order.Length == _columns.Count)
        {
            return;
        }

        _members.Clear();
        if (_firstRow != None)
        {
            _narrow.Add((_file.Length, _order.Length));
            _order = _columns.Order();
            return;
        }

        _order = _columns.Order();
        _start = _file.Length;
        WriteHeading();
        _file.Write(_line.WrittenSpan);
        _firstRow = _file.Length;
    }

    private void WriteHeading()
    {
        BeginLine();
        foreach (int place in _order)
        {
            Write(_columns.Name(place));
        }

        _line.Write(CsvForm.LineEnd);
    }
}
