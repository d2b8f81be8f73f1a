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

    /// <summary>The format of the file. Where it is not given, the extension of the file decides.</summary>
    [Parameter]
    [ValidateSet("Jsonl", "Csv", "Json")]
    public string? Format { get; set; }

    private protected override string Action => "Export results";

    private protected override void Check(string path) => Format ??= global::System.IO.Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".CSV" => "Csv",
        ".JSON" => "Json",
        ".JSONL" or ".NDJSON" => "Jsonl",
        _ => throw new ClaudeBatchException(
            FailureKind.InvalidArgument, "FormatMissing", $"'{path}' does not say its format; end it with .csv, .json or .jsonl, or "
                + $"give -Format.")
        { Target = path },
    };

    private protected override void Open(WholeFile file) => _table = Format!.ToUpperInvariant() switch
    {
        "CSV" => new CsvResultTable(file),
        "JSON" => new JsonResultTable(file, isArray: true),
        _ => new JsonResultTable(file, isArray: false),
    };

    private protected override void Write(WholeFile? file, object? value)
    {
        BatchResult result = BatchResult.From(value);
        _table?.Add(result);
    }

    protected override Task EndAsync(CancellationToken cancellationToken)
    {
        _table?.Complete();
        return base.EndAsync(cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _table?.Dispose();
        }

        base.Dispose(disposing);
    }
}
