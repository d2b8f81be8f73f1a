using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Pipeline;

namespace ClaudeBatch.Commands;

/// <summary>Writes requests to a JSON Lines file, byte for byte; the file is there whole or not at all.</summary>
[Cmdlet(VerbsData.Export, "ClaudeBatchRequest", DefaultParameterSetName = PathSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(void))]
public sealed class ExportClaudeBatchRequestCommand : AsyncCommand
{
    private const string PathSet = "Path";

    private const string LiteralPathSet = "LiteralPath";

    private WholeFile? _file;

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

    /// <summary>Replaces a file that is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override Task BeginAsync(CancellationToken cancellationToken)
    {
        string path = GetUnresolvedProviderPathFromPSPath(ParameterSetName == PathSet ? Path : LiteralPath);
        if (ShouldProcess(path, "Export requests"))
        {
            _file = new WholeFile(path, Force);
        }

        return Task.CompletedTask;
    }

    // What is not a request ends the export: a file without it would look whole.
    protected override void ProcessRecord()
    {
        try
        {
            Write(BatchRequest.From(InputObject));
        }
        catch (ClaudeBatchException failure)
        {
            ThrowTerminatingError(failure.ToErrorRecord(InputObject));
        }
    }

    protected override Task EndAsync(CancellationToken cancellationToken)
    {
        _file?.Complete();
        return Task.CompletedTask;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file?.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Write(BatchRequest request)
    {
        if (request.Utf8.IsEmpty)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidRequest, "RequestInvalid", $"Request '{request.CustomId}' was never made: {request.Refusal}")
            { Target = request };
        }

        ReadOnlySpan<byte> bytes = request.Utf8.Span;
        if (bytes.ContainsAny((byte)'\n', (byte)'\r'))
        {
            // A line end can only be space between tokens; in a string it is written as \n.
            byte[] line = bytes.ToArray();
            line.AsSpan().Replace((byte)'\n', (byte)' ');
            line.AsSpan().Replace((byte)'\r', (byte)' ');
            bytes = line;
        }

        _file?.Write(bytes);
        _file?.Write("\n"u8);
    }
}
