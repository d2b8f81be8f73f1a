using System.Globalization;
using ClaudeBatch.Core;
using ClaudeBatch.Json;
using ClaudeBatch.Pipeline;
using SpreadCheetah;

namespace ClaudeBatch.Output;

/// <summary>
/// Writes results as the one sheet of a workbook. Numbers and flags that a cell keeps are such cells; all else is text, and none is a formula.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="columns">Gives the cells of results.</param>
/// <param name="warn">Takes what could not be kept.</param>
internal sealed class XlsxResultTable(WholeFile file, ResultColumns columns, Action<string> warn) : ResultTable
{
    private const int MostRows = 1_048_576;

    private const int MostColumns = 16_384;

    // A spreadsheet has numbers of 15 digits.
    private const int MostDigits = 15;

    private readonly WaitingRows _rows = new(columns.Always);

    private long _cut;

    public override void Add(BatchResult result)
    {
        if (_rows.Count == MostRows - 1)
        {
            throw TooLarge($"{MostRows.ToString("N0", CultureInfo.InvariantCulture)} rows");
        }

        _rows.Add(columns.Of(result).Select(static c => (c, Kept(c.Value))));
    }

    public override async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await file.WriteAsync(async stream =>
        {
            SpreadCheetahOptions options = new() { PreserveStringWhitespace = true };
            await using Spreadsheet book = await Spreadsheet.CreateNewAsync(stream, options, cancellationToken);
            await book.StartWorksheetAsync("Results", token: cancellationToken);
            bool isHeading = true;
            foreach (string[] cells in _rows.Read())
            {
                if (cells.Length > MostColumns)
                {
                    throw TooLarge($"{MostColumns.ToString("N0", CultureInfo.InvariantCulture)} columns");
                }

                await book.AddRowAsync(Array.ConvertAll(cells, c => isHeading ? TextCell(c) : Cell(c)), cancellationToken);
                isHeading = false;
            }

            await book.FinishAsync(cancellationToken);
        });
        if (_cut > 0)
        {
            string texts = _cut == 1 ? "1 text is" : $"{_cut.ToString("N0", CultureInfo.InvariantCulture)} texts are";
            warn($"{texts} of more than {XlsxText.Longest.ToString("N0", CultureInfo.InvariantCulture)} characters, the most that a "
                + "cell of a workbook has, and cut to that length; CSV and JSON have all of it.");
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _rows.Dispose();
        }

        base.Dispose(disposing);
    }

    // The kind of a cell stands before its text while the row waits.
    private static string Kept(object? value) => ForeignValue.Bare(value) switch
    {
        null => string.Empty,
        bool flag => flag ? "b1" : "b0",
        { } bare when IsNumber(bare) && JsonText.Text(bare) is var text && text.Count(char.IsAsciiDigit) <= MostDigits => "n" + text,
        _ => "t" + Text(value),
    };

    private static bool IsNumber(object value)
        => value is byte or sbyte or short or ushort or int or uint or long or ulong or float or double or decimal
            && double.IsFinite(Convert.ToDouble(value, CultureInfo.InvariantCulture));

    private DataCell Cell(string kept) => kept switch
    {
        "" => default,
        ['b', var flag] => new DataCell(flag == '1'),
        ['n', ..] => new DataCell(double.Parse(kept.AsSpan(1), CultureInfo.InvariantCulture)),
        _ => TextCell(kept[1..]),
    };

    private DataCell TextCell(string text)
    {
        DataCell cell = new(XlsxText.Of(text, out bool isCut));
        _cut += isCut ? 1 : 0;
        return cell;
    }

    private static ClaudeBatchException TooLarge(string most)
        => new(FailureKind.InvalidArgument, "SheetTooLarge", $"A sheet has at most {most}, its heading included; write CSV or JSON Lines.");
}
