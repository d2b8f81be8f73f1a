using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Pipeline;

namespace ClaudeBatch.Commands;

/// <summary>Writes requests to a JSON Lines file, byte for byte. After a failure there is no partly written file.</summary>
[Cmdlet(
    VerbsData.Export,
    "ClaudeBatchRequest",
    DefaultParameterSetName = nameof(Path),
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(void))]
public sealed class ExportClaudeBatchRequestCommand : AsyncCommand
{
    private ExportedFile? _file;

    // Files that many requests name are read once.
    private UploadedAttachments? _looked;

    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [AllowNull]
    public object? InputObject { get; set; }

    [Parameter(Mandatory = true, Position = 0, ParameterSetName = nameof(Path))]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    [Parameter(Mandatory = true, ParameterSetName = nameof(LiteralPath))]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string LiteralPath { get; set; } = string.Empty;

    /// <summary>Whether a file that exists is replaced.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override Task BeginAsync(CancellationToken cancellationToken)
    {
        _file = new ExportedFile(this, ExportedFile.PathOf(this, Path, LiteralPath), "Export requests", Force);
        return Task.CompletedTask;
    }

    protected override void ProcessRecord() => _file!.Take(InputObject, Write);

    protected override Task EndAsync(CancellationToken cancellationToken)
    {
        _file!.Complete();
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

    private void Write(object? value)
    {
        BatchRequest request = BatchRequest.From(value);
        if (request.Utf8.IsEmpty)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidRequest, "RequestInvalid", $"Request '{request.CustomId}' was never made: {request.Refusal}")
            { Target = request };
        }

        ReadOnlySpan<byte> bytes = request.Uploads is { } files ? WithFiles(request, files) : request.Utf8.Span;
        if (bytes.ContainsAny((byte)'\n', (byte)'\r'))
        {
            // JSON allows a raw line end only between tokens (in a string it is escaped), so a space in its place changes nothing.
            byte[] line = bytes.ToArray();
            line.AsSpan().Replace((byte)'\n', (byte)' ');
            line.AsSpan().Replace((byte)'\r', (byte)' ');
            bytes = line;
        }

        _file!.Content?.Write(bytes);
        _file.Content?.Write("\n"u8);
    }

    // A line of the file stands for itself: whoever reads it has no paths.
    private byte[] WithFiles(BatchRequest request, IReadOnlyList<FileToUpload> files)
    {
        _looked ??= new UploadedAttachments();
        foreach (FileToUpload file in files)
        {
            if (_looked.Of(file.Path, file.IsImage).Upload!.Digest != file.Digest)
            {
                throw file.Changed();
            }
        }

        return UploadForms.Inline(request.Utf8.Span, files);
    }
}
