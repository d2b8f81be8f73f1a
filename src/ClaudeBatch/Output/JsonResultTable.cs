using System.Buffers;
using System.Text;
using System.Text.Json;
using ClaudeBatch.Json;
using ClaudeBatch.Pipeline;

namespace ClaudeBatch.Output;

/// <summary>Writes each result as a JSON object: one on each line, or all in one array.</summary>
internal sealed class JsonResultTable : PlainResultTable
{
    private static readonly byte[][] s_names = [.. ResultColumns.OfAll.Select(static c => RowShape.Json(c.Name))];

    private readonly WholeFile _file;

    private readonly bool _isArray;

    private readonly ArrayBufferWriter<byte> _object = new(4096);

    private readonly Utf8JsonWriter _writer;

    private bool _any;

    public JsonResultTable(WholeFile file, ResultColumns columns, bool isArray)
        : base(columns)
    {
        _file = file;
        _isArray = isArray;
        _writer = new Utf8JsonWriter(_object, JsonText.Options);
    }

    public override Task CompleteAsync(CancellationToken cancellationToken)
    {
        if (_isArray)
        {
            _file.Write(_any ? "\n]\n"u8 : "[]\n"u8);
        }

        return Task.CompletedTask;
    }

    protected override void AddObjects(IEnumerable<ResultCell> cells)
        => AddLine(JsonText.WriteObject(cells.Select(static c => (c.Name, c.Value))));

    protected override void Begin(RowShape shape) => _object.ResetWrittenCount();

    protected override bool TryRow(PlainRow row, ReadOnlySpan<byte> bytes)
    {
        for (int i = 0; i < row.Shape.Names.Count; i++)
        {
            WriteName(row.Shape.Names[i]);
            if (!TryWrite(bytes[row[i]]))
            {
                return false;
            }
        }

        return true;
    }

    protected override void GoTo(int column) => WriteName(s_names[column]);

    protected override void Write(object? value)
    {
        switch (value)
        {
            case null:
                WritePlain("null"u8);
                break;
            case string text when TryWriteBare(JsonText.Valid(text)):
                break;
            default:
                _writer.Reset();
                JsonText.Write(_writer, value);
                _writer.Flush();
                break;
        }
    }

    protected override void WriteText(ReadOnlySpan<byte> json)
    {
        if (PlainJson.IsPlainText(json[1..^1]))
        {
            WritePlain(json);
        }
        else
        {
            Write(ObjectView.Parse(json));
        }
    }

    protected override void WritePlain(ReadOnlySpan<byte> json) => _object.Write(json);

    protected override void End()
    {
        _object.Write("}"u8);
        AddLine(_object.WrittenSpan);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _writer.Dispose();
        }

        base.Dispose(disposing);
    }

    private void WriteName(ReadOnlySpan<byte> name)
    {
        _object.Write(_object.WrittenCount == 0 ? "{"u8 : ","u8);
        _object.Write(name);
    }

    private bool TryWriteBare(string text)
    {
        Span<byte> to = _object.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length) + 2);
        int length = Encoding.UTF8.GetBytes(text, to[1..]);
        if (!PlainJson.IsBareText(to.Slice(1, length)))
        {
            return false;
        }

        to[0] = to[length + 1] = (byte)'"';
        _object.Advance(length + 2);
        return true;
    }

    private void AddLine(ReadOnlySpan<byte> json)
    {
        if (_isArray)
        {
            _file.Write(_any ? ",\n"u8 : "[\n"u8);
        }

        _file.Write(json);
        if (!_isArray)
        {
            _file.Write("\n"u8);
        }

        _any = true;
    }
}
