using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Pipeline;
using ClaudeBatch.Results;

namespace ClaudeBatch.Commands;

/// <summary>Writes results with their rows to a file; it is there whole or not at all.</summary>
[Cmdlet(VerbsData.Export, "ClaudeBatchResult", DefaultParameterSetName = PathSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(void))]
public sealed class ExportClaudeBatchResultCommand : AsyncCommand
{
    private const string PathSet = "Path";

    private const string LiteralPathSet = "LiteralPath";

    private WholeFile? _file;

    private ResultTable? _table;

    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [AllowNull]
    public object? InputObject { get; set; }

    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string LiteralPath { get; set; } = string.Empty;

    /// <summary>What the name of the file ends with decides where nothing is said.</summary>
    [Parameter]
    [ValidateSet("Jsonl", "Csv", "Json")]
    public string? Format { get; set; }

    /// <summary>Replaces a file that is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override Task BeginAsync(CancellationToken cancellationToken)
    {
        string path = GetUnresolvedProviderPathFromPSPath(ParameterSetName == PathSet ? Path : LiteralPath);
        string format = Format ?? global::System.IO.Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".CSV" => "Csv",
            ".JSON" => "Json",
            ".JSONL" or ".NDJSON" => "Jsonl",
            _ => throw new ClaudeBatchException(
                FailureKind.InvalidArgument, "FormatMissing", $"'{path}' does not say its format; end it with .csv, .json or .jsonl, or give -Format.")
            { Target = path },
        };
        if (ShouldProcess(path, "Export results"))
        {
            _file = new WholeFile(path, Force);
            _table = format switch
            {
                "Csv" => new CsvResultTable(_file),
                "Json" => new JsonResultTable(_file, isArray: true),
                _ => new JsonResultTable(_file, isArray: false),
            };
        }

        return Task.CompletedTask;
    }

    // What is not a result ends the export: a file without it would look whole.
    protected override void ProcessRecord()
    {
        try
        {
            _table?.Add(BatchResult.From(InputObject));
        }
        catch (ClaudeBatchException failure)
        {
            ThrowTerminatingError(failure.ToErrorRecord(InputObject));
        }
    }

    protected override Task EndAsync(CancellationToken cancellationToken)
    {
        _table?.Complete();
        _file?.Complete();
        return Task.CompletedTask;
    }

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
