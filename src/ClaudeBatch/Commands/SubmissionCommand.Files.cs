using ClaudeBatch.Core;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Uploads;
using ClaudeBatch.Pipeline;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <content>The files that requests share, which go up before the requests are taken in.</content>
public abstract partial class SubmissionCommand
{
    private FileUploader? _uploader;

    // The notes of an upload may come on another thread.
    private readonly System.Collections.Concurrent.ConcurrentQueue<string> _uploadNotes = new();

    /// <summary>How many rounds the conversations of the job may have: its files are kept for all of them.</summary>
    private protected virtual int Rounds => 1;

    // A file that cannot be uploaded leaves out the requests that name it; anything else would meet the next file, too.
    private void AddWithFiles(JobInput input, BatchRequest request)
    {
        try
        {
            input.Add(
                request.CustomId!,
                request.Utf8.Span,
                request.SourceUtf8.Span,
                request.OutputSchemaUtf8.Span,
                input.TakesEarlierIds ? request.EarlierId : null,
                request.Digest,
                request.Uploads,
                request.Variant);
        }
        catch (ClaudeBatchException fault) when (fault.IsOfFile)
        {
            _faults.Add(_given, fault, InputObject);
        }
        catch (ClaudeBatchException failure)
        {
            ThrowTerminatingError(failure.ToErrorRecord());
        }
    }

    private string IdOfFile(JobRecord job, FileToUpload file)
    {
        BatchSession session = OpenOrCreate();
        _uploader ??= new FileUploader(session.Ledger, session.Api, _uploadNotes.Enqueue);
        string id = string.Empty;
        try
        {
            PipelinePump.Run(
                async token => id = await _uploader.IdOfAsync(job, file, UploadTerms.For(Attempts, Rounds), token), StopToken);
        }
        catch (OperationCanceledException) when (StopToken.IsCancellationRequested)
        {
            throw new System.Management.Automation.PipelineStoppedException();
        }
        finally
        {
            while (!Stopping && _uploadNotes.TryDequeue(out string? note))
            {
                WriteVerboseLine(note);
            }
        }

        return id;
    }
}
