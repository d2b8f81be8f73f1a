using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Output;
using ClaudeBatch.Pipeline;

namespace ClaudeBatch.Commands;

/// <summary>Writes results with their rows to a file. After a failure there is no partly written file.</summary>
[Cmdlet(
    VerbsData.Export,
    "ClaudeBatchResult",
    DefaultParameterSetName = PathSet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(void))]
public sealed class ExportClaudeBatchResultCommand : ExportCommand
{
    private ResultTable? _table;

    private ResultColumns? _columns;

    /// <summary>The format of the file. Where it is not given, the extension of the file decides.</summary>
    [Parameter]
    [ValidateSet("Jsonl", "Csv", "Json", "Xlsx")]
    public string? Format { get; set; }

    /// <summary>
    /// The columns of the file, in this order: names of columns, and paths such as <c>Output.label</c>. Where it is not given, all columns.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Property { get; set; } = [];

    /// <summary>Whether each field of <c>Output</c> has a column of its own, such as <c>Output.label</c>.</summary>
    [Parameter]
    public SwitchParameter ExpandOutput { get; set; }

    /// <summary>Whether a file of text begins with the mark of UTF-8, by which Excel knows it.</summary>
    [Parameter]
    [ValidateSet("utf8", "utf8BOM")]
    public string? Encoding { get; set; }

    /// <summary>What stands between the cells of CSV.</summary>
    [Parameter]
    public char? Delimiter { get; set; }

    private protected override string Action => "Export results";

    private protected override void Check(string path)
    {
        Format ??= FormatOf(path);
        if (Delimiter is { } given && !Format.Equals("Csv", StringComparison.OrdinalIgnoreCase))
        {
            throw Invalid("DelimiterUnused", given, $"-Delimiter is of CSV, and '{path}' is {Format}. Leave it out, or give -Format Csv.");
        }

        if (Encoding is not null && Format.Equals("Xlsx", StringComparison.OrdinalIgnoreCase))
        {
            throw Invalid("EncodingUnused", Encoding, $"-Encoding is of files of text, and '{path}' is a workbook. Leave it out.");
        }

        if (Delimiter is '"' or '\r' or '\n')
        {
            throw Invalid("DelimiterInvalid", Delimiter, "A quote or a line end cannot be the delimiter of CSV; give another character.");
        }
    }

    private static string FormatOf(string path) => global::System.IO.Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".CSV" => "Csv",
        ".JSON" => "Json",
        ".JSONL" or ".NDJSON" => "Jsonl",
        ".XLSX" => "Xlsx",
        _ => throw new ClaudeBatchException(
            FailureKind.InvalidArgument, "FormatMissing", $"'{path}' does not say its format; end it with .csv, .json, .jsonl or .xlsx, or "
                + $"give -Format.")
        { Target = path },
    };

    private protected override void Open(WholeFile file)
    {
        if (string.Equals(Encoding, "utf8BOM", StringComparison.OrdinalIgnoreCase))
        {
            file.Write(global::System.Text.Encoding.UTF8.Preamble);
        }

        _columns = new ResultColumns([.. Property.Distinct(StringComparer.OrdinalIgnoreCase)], ExpandOutput);
        _table = Format!.ToUpperInvariant() switch
        {
            "CSV" => new CsvResultTable(file, _columns, Delimiter ?? ','),
            "XLSX" => new XlsxResultTable(file, _columns, WriteWarning),
            "JSON" => new JsonResultTable(file, _columns, isArray: true),
            _ => new JsonResultTable(file, _columns, isArray: false),
        };
    }

    private protected override void Write(WholeFile? file, object? value)
    {
        BatchResult result = BatchResult.From(value);
        _table?.Add(result);
    }

    protected override async Task EndAsync(CancellationToken cancellationToken)
    {
        if (_table is not null)
        {
            await _table.CompleteAsync(cancellationToken);
        }

        if (HasAny && _columns?.Missing.ToArray() is { Length: > 0 } missing)
        {
            WriteWarning($"No result has {string.Join(", ", missing.Select(static m => $"'{m}'"))}; the cells of that column are empty.");
        }

        await base.EndAsync(cancellationToken);
    }

    private static ClaudeBatchException Invalid(string id, object? target, string words)
        => new(FailureKind.InvalidArgument, id, words) { Target = target };

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _table?.Dispose();
        }

        base.Dispose(disposing);
    }
}
