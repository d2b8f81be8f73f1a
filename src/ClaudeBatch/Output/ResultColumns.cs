using System.Collections.Specialized;
using ClaudeBatch.Json;
using ClaudeBatch.Rows;

namespace ClaudeBatch.Output;

/// <summary>
/// Gives the cells of results: first those of the source row, then those of the result; or those that were asked for.
/// </summary>
/// <param name="wanted">The columns that were asked for, each by its name or by a path such as <c>Output.label</c>; none for all.</param>
/// <param name="expandsOutput">Whether each field of <c>Output</c> has a column of its own.</param>
internal sealed class ResultColumns(IReadOnlyList<string> wanted, bool expandsOutput)
{
    /// <summary>The section of the columns that a row has.</summary>
    public const int SourceSection = 0;

    private const string SourcePrefix = "Source.";

    private const string OutputPrefix = nameof(BatchResult.Output) + ".";

    private const int FirstSection = 1;

    private const int VariantSection = 2;

    private const int OutputSection = 3;

    private const int CallSection = 4;

    private const int CitationSection = 5;

    private const int LastSection = 6;

    private static readonly (string Name, Func<BatchResult, object?> Value)[] s_first =
    [
        (nameof(BatchResult.CustomId), static r => r.CustomId),
        (nameof(BatchResult.Status), static r => r.Status),
        (nameof(BatchResult.Text), static r => r.Text),
    ];

    private static readonly (string Name, Func<BatchResult, object?> Value)[] s_last =
    [
        (nameof(BatchResult.StopReason), static r => r.StopReason),
        (nameof(BatchResult.IsComplete), static r => r.IsComplete),
        (nameof(BatchResult.Reason), static r => r.Reason),
        (nameof(BatchResult.Model), static r => r.Model),
        (nameof(BatchResult.Usage), static r => r.Usage),
        (nameof(BatchResult.Cost), static r => r.Cost),
        (nameof(BatchResult.ErrorType), static r => r.ErrorType),
        (nameof(BatchResult.ErrorMessage), static r => r.ErrorMessage),
        (nameof(BatchResult.FailureClass), static r => r.FailureClass),
        (nameof(BatchResult.BatchId), static r => r.BatchId),
        (nameof(BatchResult.Job), static r => r.Job),
        (nameof(BatchResult.Attempt), static r => r.Attempt),
        (nameof(BatchResult.RequestId), static r => r.RequestId),
    ];

    private static readonly HashSet<string> s_own = new(
        [
            .. s_first.Select(static c => c.Name), nameof(BatchResult.Variant),
            nameof(BatchResult.Output), nameof(BatchResult.Rounds), nameof(BatchResult.ToolCalls), nameof(BatchResult.Citations),
            .. s_last.Select(static c => c.Name),
        ],
        StringComparer.OrdinalIgnoreCase);

    private readonly HashSet<string> _found = new(StringComparer.OrdinalIgnoreCase);

    // Nearly all rows of a job have the same columns.
    private (string[] Names, string[] Columns) _last = ([], []);

    /// <summary>The columns of its own that each result has, in their order.</summary>
    public static IReadOnlyList<(string Name, Func<BatchResult, object?> Value)> OfAll { get; }
        = [.. s_first, (nameof(BatchResult.Output), static r => r.Output), .. s_last];

    /// <summary>Whether the cells of a result are all those of its row, and then its own.</summary>
    public bool AreAll => wanted.Count == 0 && !expandsOutput;

    /// <summary>The columns that a file has whatever the results are.</summary>
    public IEnumerable<ResultCell> Always => wanted.Count > 0
        ? wanted.Select(static name => new ResultCell(FirstSection, name, null))
        : Own(new BatchResult()).Where(c => c.Section != OutputSection || !expandsOutput);

    /// <summary>The columns that were asked for and that no result had.</summary>
    public IEnumerable<string> Missing => wanted.Where(name => !_found.Contains(name));

    /// <summary>Gives the cells of one result.</summary>
    public IEnumerable<ResultCell> Of(BatchResult result)
    {
        if (wanted.Count == 0)
        {
            return Source(result).Concat(Own(result));
        }

        OrderedDictionary cells = new(StringComparer.OrdinalIgnoreCase);
        foreach (ResultCell cell in Source(result).Concat(First(result)).Concat(Last(result)))
        {
            cells[cell.Name] = cell.Value;
        }

        cells[nameof(BatchResult.Variant)] = result.Variant;
        cells[nameof(BatchResult.Rounds)] = result.Rounds;
        cells[nameof(BatchResult.Transcript)] = result.Transcript;
        cells[nameof(BatchResult.RawTranscript)] = result.RawTranscript;
        cells[nameof(BatchResult.ToolCalls)] = result.ToolCalls is { Length: > 0 } calls ? calls : null;
        cells[nameof(BatchResult.Citations)] = result.Citations is { Length: > 0 } citations ? citations : null;

        cells[nameof(BatchResult.Output)] = result.Output;
        cells[nameof(BatchResult.Source)] ??= result.Source; // Source.Id is the row's column Id, as it is of a result
        ShellRow row = new(cells, number: 0);
        return wanted.Select(name => Wanted(row, name)).Concat(expandsOutput ? Output(result) : []);
    }

    private ResultCell Wanted(ShellRow row, string name)
    {
        if (row.TryGet(name, out object? value))
        {
            _found.Add(name);
        }

        return new ResultCell(FirstSection, name, value);
    }

    private IEnumerable<ResultCell> Source(BatchResult result)
    {
        if (result.Source is null)
        {
            return [];
        }

        (string Name, object? Value)[] cells = [.. new ShellRow(result.Source, number: 0).Members(static _ => true)];
        string[] names = Array.ConvertAll(cells, static c => c.Name);
        if (!names.AsSpan().SequenceEqual(_last.Names))
        {
            _last = (names, Free(names));
        }

        string[] columns = _last.Columns;
        return cells.Select((c, i) => new ResultCell(SourceSection, columns[i], c.Value));
    }

    /// <summary>
    /// Gives each name of a row one that no other column has in any letters; else a shell could not read the file. It is the name itself
    /// where that is free.
    /// </summary>
    public string[] Free(string[] names)
    {
        string[] columns = new string[names.Length];
        HashSet<string> given = new(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < names.Length; i++)
        {
            if (!IsTaken(names[i]) && given.Add(names[i]))
            {
                columns[i] = names[i];
            }
        }

        for (int i = 0; i < names.Length; i++)
        {
            string column = names[i];
            while (columns[i] is null)
            {
                column = SourcePrefix + column;
                columns[i] = given.Add(column) ? column : null!;
            }
        }

        return columns;
    }

    private bool IsTaken(string name)
        => name.Length == 0 || s_own.Contains(name) || (expandsOutput && name.StartsWith(OutputPrefix, StringComparison.OrdinalIgnoreCase));

    private IEnumerable<ResultCell> Own(BatchResult result)
        => First(result).Concat(expandsOutput ? Output(result) : [new(OutputSection, nameof(BatchResult.Output), result.Output)])
            .Concat(Found(result)).Concat(Last(result));

    // Few answers have any of these: without them a file has no such column.
    private static IEnumerable<ResultCell> Found(BatchResult result)
    {
        if (result.Variant is not null)
        {
            yield return new ResultCell(VariantSection, nameof(BatchResult.Variant), result.Variant);
        }

        if (result.Rounds > 1)
        {
            yield return new ResultCell(CallSection, nameof(BatchResult.Rounds), result.Rounds);
        }

        if (result.ToolCalls.Length > 0)
        {
            yield return new ResultCell(CallSection, nameof(BatchResult.ToolCalls), result.ToolCalls);
        }

        if (result.Citations.Length > 0)
        {
            yield return new ResultCell(CitationSection, nameof(BatchResult.Citations), result.Citations);
        }
    }

    private static IEnumerable<ResultCell> First(BatchResult result)
        => s_first.Select(c => new ResultCell(FirstSection, c.Name, c.Value(result)));

    private static IEnumerable<ResultCell> Last(BatchResult result)
        => s_last.Select(c => new ResultCell(LastSection, c.Name, c.Value(result)));

    // A list has no fields, and stays in one column.
    private static IEnumerable<ResultCell> Output(BatchResult result) => result.Output switch
    {
        null => [],
        var output when ForeignValue.Bare(output) is string or System.Collections.IList
            => [new(OutputSection, nameof(BatchResult.Output), output)],
        var output => Fields(output),
    };

    // A field whose name another one of the answer has in other letters gets a name that is free: of one column a file would keep one of them.
    private static IEnumerable<ResultCell> Fields(object output)
    {
        HashSet<string> given = new(StringComparer.OrdinalIgnoreCase);
        foreach ((string field, object? value) in new ShellRow(output, number: 0).Members(static _ => true))
        {
            string name = OutputPrefix + field;
            while (!given.Add(name))
            {
                name = OutputPrefix + name;
            }

            yield return new ResultCell(OutputSection, name, value);
        }
    }
}
