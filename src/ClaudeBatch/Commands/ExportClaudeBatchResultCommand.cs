using System.Management.Automation;
using ClaudeBatch.Completers;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Output;
using ClaudeBatch.Pipeline;

namespace ClaudeBatch.Commands;

/// <summary>Writes results with their rows to a file. After a failure there is no partly written file.</summary>
[Cmdlet(
    VerbsData.Export,
    "ClaudeBatchResult",
    DefaultParameterSetName = nameof(Path),
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(void))]
public sealed class ExportClaudeBatchResultCommand : ConnectedCommand
{
    private const string JobSet = "Job";

    private const string JobLiteralPathSet = "JobLiteralPath";

    private ExportedFile? _file;

    private ResultTable? _table;

    private ResultColumns? _columns;

    private readonly SortedSet<string> _others = new(StringComparer.OrdinalIgnoreCase);

    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = nameof(Path))]
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = nameof(LiteralPath))]
    [AllowNull]
    public object? InputObject { get; set; }

    /// <summary>The jobs whose results are collected and written, without a pipeline. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, ParameterSetName = JobSet)]
    [Parameter(Mandatory = true, ParameterSetName = JobLiteralPathSet)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(JobCompleter))]
    public string[] Job { get; set; } = [];

    [Parameter(Mandatory = true, Position = 0, ParameterSetName = nameof(Path))]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = JobSet)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    [Parameter(Mandatory = true, ParameterSetName = nameof(LiteralPath))]
    [Parameter(Mandatory = true, ParameterSetName = JobLiteralPathSet)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string LiteralPath { get; set; } = string.Empty;

    [Parameter(ParameterSetName = JobSet)]
    [Parameter(ParameterSetName = JobLiteralPathSet)]
    [ValidateSet("Succeeded", ResultChoice.Incomplete, "Errored", "Canceled", "Expired", "Unknown", "Missing")]
    public string[] Status { get; set; } = [];

    [Parameter(ParameterSetName = JobSet)]
    [Parameter(ParameterSetName = JobLiteralPathSet)]
    [ValidateSet("None", "Transient", "Permanent", "OperatorFixable")]
    public string[] FailureClass { get; set; } = [];

    /// <summary>Whether results that are missing stand in their places, and not at the end.</summary>
    [Parameter(ParameterSetName = JobSet)]
    [Parameter(ParameterSetName = JobLiteralPathSet)]
    public SwitchParameter Ordered { get; set; }

    /// <summary>Whether results are written that a later attempt has replaced.</summary>
    [Parameter(ParameterSetName = JobSet)]
    [Parameter(ParameterSetName = JobLiteralPathSet)]
    public SwitchParameter AllAttempts { get; set; }

    [Parameter(ParameterSetName = JobSet)]
    [Parameter(ParameterSetName = JobLiteralPathSet)]
    public override ClaudeBatchConnection? Connection { get; set; }

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

    /// <summary>Whether a file that exists is replaced.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private bool IsOfJobs => ParameterSetName is JobSet or JobLiteralPathSet;

    protected override Task BeginAsync(CancellationToken cancellationToken)
    {
        string path = ExportedFile.PathOf(this, Path, LiteralPath);
        Check(path);
        _file = new ExportedFile(this, path, "Export results", Force);
        if (_file.Content is { } content)
        {
            _columns = new ResultColumns([.. Property.Distinct(StringComparer.OrdinalIgnoreCase)], ExpandOutput);
            _table = TableOf(content, _columns);
        }

        return Task.CompletedTask;
    }

    protected override void ProcessRecord()
    {
        if (!IsOfJobs)
        {
            _file!.Take(InputObject, value => Write(BatchResult.From(value)));
        }
    }

    protected override async Task EndAsync(CancellationToken cancellationToken)
    {
        if (IsOfJobs)
        {
            await WriteJobsAsync(cancellationToken);
            if (HasFailed && !_file!.HasAny)
            {
                return; // the errors say why there is nothing to write, and a file that is there stays
            }
        }

        if (_table is not null)
        {
            await _table.CompleteAsync(cancellationToken);
        }

        if (_file!.HasAny && _columns?.Missing.ToArray() is { Length: > 0 } missing)
        {
            Warn($"No result has {string.Join(", ", missing.Select(static m => $"'{m}'"))}; the cells of that column are empty.");
        }

        if (_others.Count > 0)
        {
            string names = string.Join(", ", _others.Select(static n => $"'{n}'"));
            Warn($"Somebody has added {names} to results; it is not in the file. Export-Csv writes any property.");
        }

        _file.Complete();
    }

    // Whatever ends this ends the export: with the rows before it the file would look complete.
    private async Task WriteJobsAsync(CancellationToken cancellationToken)
    {
        ResultChoice choice = new(Status, FailureClass) { Ordered = Ordered, AllAttempts = AllAttempts };
        CheckedResults results = new(this, choice, Write);
        foreach (JobRecord job in Job.SelectMany(JobsLike).Where(IsFirst))
        {
            // Nothing is collected for a file that is not written.
            if (_table is not null)
            {
                await results.GiveAsync(job, cancellationToken);
            }
        }

        results.Close();
    }

    private void Write(BatchResult result)
    {
        _others.UnionWith(result.Others);
        _table?.Add(result);
        _file!.HasAny = true;
    }

    private void Check(string path)
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

    private ResultTable TableOf(WholeFile file, ResultColumns columns)
    {
        if (string.Equals(Encoding, "utf8BOM", StringComparison.OrdinalIgnoreCase))
        {
            file.Write(global::System.Text.Encoding.UTF8.Preamble);
        }

        return Format!.ToUpperInvariant() switch
        {
            "CSV" => new CsvResultTable(file, columns, Delimiter ?? ','),
            "XLSX" => new XlsxResultTable(file, columns, Warn),
            "JSON" => new JsonResultTable(file, columns, isArray: true),
            _ => new JsonResultTable(file, columns, isArray: false),
        };
    }

    private static ClaudeBatchException Invalid(string id, object? target, string words)
        => new(FailureKind.InvalidArgument, id, words) { Target = target };

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _table?.Dispose();
            _file?.Dispose();
        }

        base.Dispose(disposing);
    }
}
