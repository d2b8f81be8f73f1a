using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Pipeline;

namespace ClaudeBatch.Commands;

/// <summary>Writes requests to a JSON Lines file, byte for byte. After a failure there is no partly written file.</summary>
[Cmdlet(
    VerbsData.Export,
    "ClaudeBatchRequest",
    DefaultParameterSetName = PathSet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(void))]
public sealed class ExportClaudeBatchRequestCommand : ExportCommand
{
    private protected override string Action => "Export requests";

    private protected override void Write(WholeFile? file, object? value)
    {
        BatchRequest request = BatchRequest.From(value);
        if (request.Utf8.IsEmpty)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidRequest, "RequestInvalid", $"Request '{request.CustomId}' was never made: {request.Refusal}")
            { Target = request };
        }

        ReadOnlySpan<byte> bytes = request.Utf8.Span;
        if (bytes.ContainsAny((byte)'\n', (byte)'\r'))
        {
            // JSON allows a raw line end only between tokens (in a string it is escaped), so a space in its place changes nothing.
            byte[] line = bytes.ToArray();
            line.AsSpan().Replace((byte)'\n', (byte)' ');
            line.AsSpan().Replace((byte)'\r', (byte)' ');
            bytes = line;
        }

        file?.Write(bytes);
        file?.Write("\n"u8);
    }
}
