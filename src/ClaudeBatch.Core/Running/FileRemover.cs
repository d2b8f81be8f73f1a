using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Running;

/// <summary>Deletes the files at the service that were uploaded for a job, and spares those that other jobs still need.</summary>
public sealed class FileRemover(JobLedger ledger, BatchApi api)
{
    private const int NotFound = 404;

    /// <summary>Gives the job's files that are at the service, as far as the ledger knows, each with a job that still needs it.</summary>
    public IReadOnlyList<(UploadedFile File, string Path, string? NeededBy)> Of(JobRecord job)
    {
        Dictionary<long, string> unfinished = ledger.Jobs.All().Where(j => j.Id != job.Id && IsUnfinished(j))
            .ToDictionary(static j => j.Id, static j => j.Name);
        DateTime now = ledger.Clock.GetUtcNow().UtcDateTime;
        return
        [
            .. ledger.Uploads.OfJob(job.Id).Where(f => f.File.GoneAt is null && f.File.LastsUntil(now))
                .Select(f => (f.File, f.Path, Among(unfinished, ledger.Uploads.OtherJobs(job.Id, f.File.FileId)))),
        ];
    }

    /// <summary>Deletes one file. One that is not there any more is recorded so, too.</summary>
    /// <exception cref="ClaudeBatchException">The service refuses the call or cannot be reached.</exception>
    public async Task RemoveAsync(JobRecord job, UploadedFile file, CancellationToken cancellationToken)
    {
        try
        {
            await JobBinding.Bind(api, job).DeleteFileAsync(file.FileId, cancellationToken).ConfigureAwait(false);
        }
        catch (ClaudeBatchException failure) when (failure is { Status: NotFound, IsFromService: true })
        {
            // It was deleted before, or its time is over.
        }

        ledger.Write(() =>
        {
            ledger.Uploads.SetGone(file);
            ledger.Events.Add(EventKind.FileGone, $"File {file.FileId} was deleted at the service.", job.Id);
        });
    }

    private static string? Among(Dictionary<long, string> unfinished, IEnumerable<long> jobs)
        => jobs.Select(unfinished.GetValueOrDefault).FirstOrDefault(static name => name is not null);

    // A job whose input was cut off reads it anew, and looks at each file then.
    private bool IsUnfinished(JobRecord job) => JobStates.Of(ledger, job) is not (JobState.Finished or JobState.InputCut);
}
