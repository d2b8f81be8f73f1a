using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Json;

namespace ClaudeBatch.Report;

/// <summary>
/// Writes rows into the page as lists of JSON, a block of them at a time, without their names: what the numbers in a row stand for is told once,
/// in the block that has the first of them, so that the page can show rows while it is still being read.
/// </summary>
/// <param name="write">Takes the bytes.</param>
/// <param name="jobs">The names of the jobs, in the order of their numbers.</param>
internal sealed partial class ReportRows(ReportSink write, List<string> jobs)
{
    private const int BlockSize = 1 << 18;

    // Rows of more shapes than this are rare, and looked at anew.
    private const int MostShapes = 32;

    // A conversation may call tools hundreds of times.
    private const int MostCalls = 50;

    private readonly ArrayBufferWriter<byte> _block = new(BlockSize + (1 << 16));

    private readonly JsonMembers _members = new();

    private readonly List<string> _models = [];

    private readonly List<string> _variants = [];

    private readonly List<string> _columns = [];

    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

    // The columns of a row by the bytes of its names; nearly all rows of a job have the same.
    private readonly List<(byte[] Names, int[] Columns)> _shapes = [];

    private readonly ArrayBufferWriter<byte> _names = new(256);

    private int _toldJobs;

    private int _toldModels;

    private int _toldVariants;

    private int _toldColumns;

    private bool _isFirst = true;

    /// <summary>How many rows were added.</summary>
    public long Count { get; private set; }

    [MethodImpl(Hot.AtOnce)]
    public void Add(in ReportRow row)
    {
        Count++;
        Write(_isFirst ? "<script type=\"application/json\" class=rows>{\"rows\":[["u8 : ",\n["u8);
        _isFirst = false;
        Number(row.Job);
        Comma();
        Text(row.Outcome);
        Comma();
        Text(row.CustomId);
        Comma();
        Number(row.Attempt);
        Comma();
        Number(PlaceIn(_models, row.Model));
        Comma();
        Cost(row.Cost);
        Comma();
        TextOrNone(row.Reason);
        Comma();
        TextOrNone(row.Expected);
        Comma();
        TextOrNone(row.Actual);
        Comma();
        if (row.Text.IsEmpty)
        {
            TextOrNone(row.Words);
        }
        else
        {
            Value(row.Text);
        }

        Comma();
        Calls(row.Rounds, row.Calls);
        Comma();
        Number(PlaceIn(_variants, row.Variant));
        Source(row.Source);
        Write("]"u8);
        if (_block.WrittenCount >= BlockSize)
        {
            Complete();
        }
    }

    /// <summary>Ends the block that was begun.</summary>
    public void Complete()
    {
        if (!_isFirst)
        {
            Write("]"u8);
            Told(",\"jobs\":["u8, jobs, ref _toldJobs);
            Told(",\"models\":["u8, _models, ref _toldModels);
            Told(",\"variants\":["u8, _variants, ref _toldVariants);
            Told(",\"columns\":["u8, _columns, ref _toldColumns);
            Write("}</script>\n"u8);
            write(_block.WrittenSpan);
            _block.ResetWrittenCount();
            _isFirst = true;
        }
    }

    // The names that no block has told yet.
    private void Told(ReadOnlySpan<byte> member, List<string> names, ref int told)
    {
        Write(member);
        for (int first = told; told < names.Count; told++)
        {
            if (told > first)
            {
                Comma();
            }

            Text(names[told]);
        }

        Write("]"u8);
    }

    // The number of rounds and of calls, and what is shown of these; null where there was one round without a call.
    private void Calls(int rounds, IReadOnlyList<ReportCall>? calls)
    {
        if (rounds <= 1 && calls is null or [])
        {
            Write("null"u8);
            return;
        }

        Write("["u8);
        Number(rounds);
        Comma();
        Number(calls?.Count ?? 0);
        foreach (ReportCall call in calls?.Take(MostCalls) ?? [])
        {
            Write(",["u8);
            Number(call.Round);
            Comma();
            Text(call.Name);
            Comma();
            Text(call.Input);
            Comma();
            TextOrNone(call.Output);
            Write(call.IsError ? ",true]"u8 : ",false]"u8);
        }

        Write("]"u8);
    }

    // Each value stands behind the number of its column.
    [MethodImpl(Hot.AtOnce)]
    private void Source(ReadOnlySpan<byte> row)
    {
        if (row.IsEmpty || !System.Text.Unicode.Utf8.IsValid(row) || !_members.TryRead(row))
        {
            return;
        }

        int[] columns = ColumnsOf(row);
        for (int member = 0; member < columns.Length; member++)
        {
            Comma();
            Number(columns[member]);
            Comma();
            Value(row[_members.Value(member)]);
        }
    }

    [MethodImpl(Hot.AtOnce)]
    private int[] ColumnsOf(ReadOnlySpan<byte> row)
    {
        _names.ResetWrittenCount();
        for (int member = 0; member < _members.Count; member++)
        {
            _names.Write(row[_members.Name(member)]);
        }

        foreach ((byte[] names, int[] columns) in _shapes)
        {
            if (_names.WrittenSpan.SequenceEqual(names))
            {
                return columns;
            }
        }

        int[] found = new int[_members.Count];
        for (int member = 0; member < found.Length; member++)
        {
            found[member] = ColumnOf(row[_members.Name(member)]);
        }

        if (_shapes.Count == MostShapes)
        {
            _shapes.Clear();
        }

        _shapes.Add((_names.WrittenSpan.ToArray(), found));
        return found;
    }

    private int ColumnOf(ReadOnlySpan<byte> name)
    {
        Utf8JsonReader reader = new(name);
        reader.Read();
        string text = MendedText.Read(ref reader, out _);
        if (!_places.TryGetValue(text, out int place))
        {
            place = _columns.Count;
            _columns.Add(text);
            _places.Add(text, place);
        }

        return place;
    }

    private static int PlaceIn(List<string> names, string? name)
    {
        int place = name is null ? -1 : names.IndexOf(name);
        if (place < 0 && name is not null)
        {
            place = names.Count;
            names.Add(name);
        }

        return place;
    }
}
