using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <content>The files that were uploaded for a job.</content>
public sealed partial class RemoveClaudeBatchJobCommand
{
    private string FilesOf(JobRecord job)
    {
        if (!Files)
        {
            return string.Empty;
        }

        int count = new FileRemover(Open().Ledger, Open().Api).Of(job).Count(static f => f.NeededBy is null);
        return count == 0 ? string.Empty : $" and {Sentence.Count(count, "file")} at the service";
    }

    private async Task RemoveFilesAsync(JobRecord job, CancellationToken cancellationToken)
    {
        if (!Files)
        {
            return;
        }

        BatchSession session = Open();
        FileRemover remover = new(session.Ledger, session.Api);
        foreach ((UploadedFile file, string path, string? neededBy) in remover.Of(job))
        {
            if (neededBy is not null)
            {
                WriteHostLine(
                    $"File {file.FileId} of job '{job.Name}' ('{path}') stays at the service: job '{neededBy}' is not finished and uses it.");
                continue;
            }

            await remover.RemoveAsync(job, file, cancellationToken);
            WriteVerboseLine($"File {file.FileId} of job '{job.Name}' ('{path}') was deleted at the service.");
        }
    }
}
