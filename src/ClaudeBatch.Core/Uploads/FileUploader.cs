using System.Globalization;
using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Uploads;

/// <summary>
/// Gives the service's ids of local files: of those that were uploaded before and are still there, and of the others after an upload. A file is
/// uploaded once for all jobs of a ledger and all processes that use it.
/// </summary>
/// <param name="ledger">The open ledger.</param>
/// <param name="api">The service.</param>
/// <param name="say">Told what a person may want to know: an upload, and a wait or a repetition. On any thread.</param>
/// <param name="chance">Gives random numbers, at least 0 and less than 1, that shorten waits; null for the system's.</param>
public sealed class FileUploader(JobLedger ledger, BatchApi api, Action<string>? say = null, Func<double>? chance = null)
{
    private const int MostTries = 6;

    // Enough that files of one process seldom wait for those of another; lock files are never deleted.
    private const int LockDigits = 2;

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(200);

    // Files of which the service has said that it has them, and those that it has left out.
    private readonly Dictionary<string, DateTimeOffset?> _there = new(StringComparer.Ordinal);

    private readonly HashSet<string> _absent = new(StringComparer.Ordinal);

    /// <summary>How many files were uploaded.</summary>
    public int Uploaded { get; private set; }

    /// <summary>Gives the id of a file for the requests of a job.</summary>
    /// <exception cref="ClaudeBatchException"><c>FileChanged</c>, <c>FileTooLarge</c>, <c>FileRefused</c>, <c>PathNotFound</c>,
    /// <c>FileUnreadable</c>: the file cannot be uploaded, others can. <c>StorageQuotaExceeded</c>, <c>JobBoundElsewhere</c>,
    /// <c>CallNotOnPlatform</c>; or the service refuses the call or cannot be reached.</exception>
    public async Task<string> IdOfAsync(JobRecord job, FileToUpload file, UploadTerms terms, CancellationToken cancellationToken)
    {
        BatchApi bound = JobBinding.Bind(api, job);
        bound.Connection.Platform.Require(ServiceCalls.Files, "The Files API");
        await bound.PrepareAsync(cancellationToken).ConfigureAwait(false); // no script runs under a lock
        if (await FindAsync(bound, file, terms, cancellationToken).ConfigureAwait(false) is { } known)
        {
            ledger.Uploads.Use(job.Id, known, file.Path);
            return known;
        }

        using OwnershipLock alone = await TakeAsync(file, cancellationToken).ConfigureAwait(false);
        // Another process may have uploaded it meanwhile.
        if (await FindAsync(bound, file, terms, cancellationToken).ConfigureAwait(false) is { } theirs)
        {
            ledger.Uploads.Use(job.Id, theirs, file.Path);
            return theirs;
        }

        return await UploadAsync(bound, job, file, terms.Lifetime, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks the service which of some files it has, and records which it has not.</summary>
    /// <returns>When each file that is there is removed; null for never.</returns>
    internal async Task<IReadOnlyDictionary<string, DateTimeOffset?>> LookAsync(
        BatchApi bound, IReadOnlyList<UploadedFile> files, CancellationToken cancellationToken)
    {
        Dictionary<string, DateTimeOffset?> there = new(StringComparer.Ordinal);
        foreach (UploadedFile[] page in files.Chunk(BatchApi.MostFilesAtOnce))
        {
            Reply<IReadOnlyList<StoredFile>> reply = await bound
                .FindFilesAsync([.. page.Select(static f => f.FileId)], cancellationToken).ConfigureAwait(false);
            foreach (StoredFile file in reply.Value)
            {
                there[file.Id] = file.ExpiresAt;
            }

            foreach (UploadedFile missing in page.Where(f => !there.ContainsKey(f.FileId)))
            {
                // A key of another workspace does not see it.
                if (missing.WorkspaceId is null || reply.Headers.WorkspaceId is not { } here || missing.WorkspaceId == here)
                {
                    ledger.Uploads.SetGone(missing);
                }
            }
        }

        return there;
    }

    private async Task<string?> FindAsync(BatchApi bound, FileToUpload file, UploadTerms terms, CancellationToken cancellationToken)
    {
        string address = bound.Connection.BaseAddress.AbsoluteUri;
        DateTimeOffset until = ledger.Clock.GetUtcNow() + terms.Least;
        foreach (UploadedFile candidate in ledger.Uploads.Find(address, file.Digest, file.MediaType, until.UtcDateTime))
        {
            if (!_there.ContainsKey(candidate.FileId) && !_absent.Contains(candidate.FileId))
            {
                UploadedFile[] asked = [candidate, .. ledger.Uploads.After(candidate, address, BatchApi.MostFilesAtOnce - 1)];
                IReadOnlyDictionary<string, DateTimeOffset?> found = await LookAsync(bound, asked, cancellationToken).ConfigureAwait(false);
                foreach (UploadedFile one in asked)
                {
                    if (found.TryGetValue(one.FileId, out DateTimeOffset? end))
                    {
                        _there[one.FileId] = end;
                    }
                    else
                    {
                        _absent.Add(one.FileId);
                    }
                }
            }

            if (_there.TryGetValue(candidate.FileId, out DateTimeOffset? expires) && (expires is null || expires >= until))
            {
                return candidate.FileId;
            }
        }

        return null;
    }

    private async Task<OwnershipLock> TakeAsync(FileToUpload file, CancellationToken cancellationToken)
    {
        string name = $"file-{file.Digest[..LockDigits]}";
        bool isTold = false;
        while (true)
        {
            if (OwnershipLock.TryTake(ledger.Folder, name) is { } taken)
            {
                return taken;
            }

            if (!isTold)
            {
                string owner = OwnershipLock.OwnerOf(ledger.Folder, name);
                say?.Invoke($"Process {owner} is uploading '{file.Path}' or another file; it is waited for.");
                isTold = true;
            }

            await Task.Delay(s_look, ledger.Clock, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<string> UploadAsync(
        BatchApi bound, JobRecord job, FileToUpload file, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        say?.Invoke(string.Create(CultureInfo.InvariantCulture, $"Uploading '{file.Path}', {file.Length:N0} bytes."));
        Reply<StoredFile> reply = await TryAsync(bound, file, lifetime, cancellationToken).ConfigureAwait(false);
        Milestone.Pass("file-uploaded");
        DateTime now = ledger.Clock.GetUtcNow().UtcDateTime;
        UploadedFile uploaded = new(
            0, reply.Value.Id, reply.Headers.WorkspaceId ?? bound.Connection.WorkspaceId, file.Digest, file.MediaType, file.Length, now,
            reply.Value.ExpiresAt?.UtcDateTime, null);
        ledger.Write(() =>
        {
            ledger.Uploads.Add(job.Id, file.Path, file.Name, bound.Connection.BaseAddress.AbsoluteUri, uploaded);
            ledger.Events.Add(
                EventKind.FileUploaded,
                string.Create(CultureInfo.InvariantCulture, $"'{file.Name}', {file.Length:N0} bytes, is {reply.Value.Id} at the service."),
                job.Id,
                requestId: reply.Headers.RequestId);
        });
        Milestone.Pass("file-recorded");
        _there[reply.Value.Id] = reply.Value.ExpiresAt;
        Uploaded++;
        return reply.Value.Id;
    }

    // An upload whose reply is lost may have left a file at the service. It is free of charge and expires, so it may be uploaded again.
    private async Task<Reply<StoredFile>> TryAsync(
        BatchApi bound, FileToUpload file, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        for (int tries = 1; ; tries++)
        {
            FileUpload upload = new(file.Path, file.Name, file.MediaType, Convert.FromHexString(file.Digest), lifetime);
            try
            {
                return await bound.UploadAsync(upload, cancellationToken).ConfigureAwait(false);
            }
            catch (ClaudeBatchException failure) when (tries < MostTries && (failure.IsTransient || IsLostReply(failure, upload)))
            {
                TimeSpan wait = failure.RetryAfter ?? RepeatableCalls.Backoff(tries - 1, (chance ?? Random.Shared.NextDouble)());
                string orphan = IsLostReply(failure, upload)
                    ? " The service may have kept the file under an id that is not known here; it costs nothing and expires."
                    : string.Empty;
                say?.Invoke(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Sentence.Of(failure.Message)}{orphan} '{file.Path}' is uploaded again in {wait.TotalSeconds:0.0} s."));
                await Task.Delay(wait, ledger.Clock, cancellationToken).ConfigureAwait(false);
            }
            catch (ClaudeBatchException failure) when (UploadFailure.Of(failure, file) is { } known)
            {
                throw known;
            }
        }
    }

    private static bool IsLostReply(ClaudeBatchException failure, FileUpload upload)
        => upload.WasSent && !failure.IsFromService && !failure.IsOfFile
            && failure.Kind is FailureKind.Network or FailureKind.Timeout or FailureKind.InvalidData;
}
