using System.Globalization;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Rows;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <content>Reads requests, and says how far it has come.</content>
public abstract partial class SubmissionCommand
{
    private ReadingProgress Reading => _reading ??= new ReadingProgress(WriteProgressRecord);

    private protected override string? ReadingAdvice => _input is null
        ? null
        : string.Create(
            CultureInfo.InvariantCulture,
            $"Nothing was sent: {_given:N0} requests of job '{JobName}' were read, and the end of its input was not seen. The same line "
                + $"again reads it anew.");

    [MethodImpl(Hot.AtOnce)]
    private void AddRow()
    {
        BatchRequest request;
        try
        {
            request = BatchRequest.From(InputObject);
        }
        catch (ClaudeBatchException fault)
        {
            _faults.Add(_given, fault, InputObject);
            return;
        }

        if (IsWhatIf)
        {
            Preview().Add(request.CustomId!, request.Utf8.Span, request.EarlierId, request.Attachments, request.Uploads);
            return;
        }

        _input ??= TryOpenInput();
        if (request.Uploads is not null)
        {
            AddWithFiles(_input, request);
            return;
        }

        _input.Add(
            request.CustomId!,
            request.Utf8.Span,
            request.SourceUtf8.Span,
            request.OutputSchemaUtf8.Span,
            _input.TakesEarlierIds ? request.EarlierId : null,
            request.Digest,
            variant: request.Variant);
    }

    private void AddFiles(string given, bool isLiteral)
    {
        foreach (string file in RequestFiles.Resolve(this, given, isLiteral))
        {
            RequestFiles.Read(file, (line, digest, place) =>
            {
                if (Stopping)
                {
                    throw new PipelineStoppedException();
                }

                try
                {
                    AddLine(line, digest, place);
                    Reading.Update(JobName, ++_given);
                }
                catch (ClaudeBatchException failure) when (!failure.IsFatal)
                {
                    WriteError(Pipeline.ErrorRecords.ToErrorRecord(failure));
                }
            });
        }
    }

    private void AddLine(ReadOnlySpan<byte> line, ContentDigest digest, Func<string> place)
    {
        if (IsWhatIf)
        {
            PreparedRequest request = RequestLine.Parse(line.ToArray(), place());
            Preview().Add(request.CustomId, request.Utf8.Span);
            return;
        }

        _input ??= TryOpenInput();
        _input.AddLine(line, place, digest);
    }
}
