using System.Globalization;
using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Uploads;

namespace ClaudeBatch.Core.Retries;

/// <summary>
/// Looks after the files of requests before they are sent again. What the service no longer has, or would remove too soon, is uploaded anew for
/// the requests that need it.
/// </summary>
/// <param name="ledger">The open ledger.</param>
/// <param name="api">The service.</param>
/// <param name="say">Told of uploads, waits and repetitions.</param>
public sealed class FileRenewal(JobLedger ledger, BatchApi api, Action<string>? say = null)
{
    private const int MostNamed = 3;

    /// <summary>Looks at the files of the requests that a filter takes. No lock is held meanwhile.</summary>
    /// <returns>What has changed; null for a job that has uploaded nothing.</returns>
    /// <exception cref="ClaudeBatchException">The service refuses a call or cannot be reached.</exception>
    public async Task<RenewedFiles?> RunAsync(JobRecord job, RetryFilter filter, CancellationToken cancellationToken)
    {
        Dictionary<string, (UploadedFile File, string Path)> known = ledger.Uploads.OfJob(job.Id)
            .ToDictionary(static f => f.File.FileId, StringComparer.Ordinal);
        if (known.Count == 0)
        {
            return null;
        }

        RenewedFiles renewed = new();
        Dictionary<string, List<RetryCandidate>> users = Users(job, filter, known.ContainsKey);
        BatchApi bound = JobBinding.Bind(api, job);
        FileUploader uploader = new(ledger, api, say);
        UploadTerms terms = UploadTerms.For(job.MaxAttempts, job.MaxRounds ?? 1);
        DateTimeOffset until = ledger.Clock.GetUtcNow() + terms.Least;
        IReadOnlyDictionary<string, DateTimeOffset?> there = await uploader
            .LookAsync(bound, [.. users.Keys.Select(id => known[id].File)], cancellationToken).ConfigureAwait(false);
        foreach ((string id, List<RetryCandidate> candidates) in users)
        {
            bool isThere = there.TryGetValue(id, out DateTimeOffset? end);
            bool lasts = isThere && (end is null || end >= until);
            // A conversation keeps the id that it has as long as that is good for anything.
            bool isGone = !isThere || end <= ledger.Clock.GetUtcNow();
            RetryCandidate[] goingOn = [.. candidates.Where(static c => c.Batch.Round > 1)];
            if (isGone && goingOn.Length > 0)
            {
                GiveUp(renewed, known[id].Path, goingOn, "its conversation is bound to the id that the file had: a new one would break the "
                    + "signatures of its thinking");
            }

            if (!lasts && candidates.Count > goingOn.Length)
            {
                await RenewAsync(renewed, uploader, job, known[id], [.. candidates.Except(goingOn)], terms, cancellationToken)
                    .ConfigureAwait(false);
            }
        }

        return renewed;
    }

    // Which requests name which file.
    private Dictionary<string, List<RetryCandidate>> Users(JobRecord job, RetryFilter filter, Func<string, bool> isOurs)
    {
        Dictionary<string, List<RetryCandidate>> users = new(StringComparer.Ordinal);
        using SpoolRanges spools = new(ledger);
        byte[] buffer = [];
        foreach (RetryCandidate candidate in new RetryPlanner(ledger).Candidates(job, filter))
        {
            int length = candidate.Attempt.SpoolLength;
            buffer = buffer.Length < length ? new byte[length * 2] : buffer;
            spools.Read(candidate.Batch, candidate.Attempt, buffer.AsSpan(0, length));
            foreach (string id in UploadForms.IdsIn(buffer.AsSpan(0, length), isOurs).Distinct())
            {
                if (!users.TryGetValue(id, out List<RetryCandidate>? named))
                {
                    users.Add(id, named = []);
                }

                named.Add(candidate);
            }
        }

        return users;
    }

    private async Task RenewAsync(
        RenewedFiles renewed, FileUploader uploader, JobRecord job, (UploadedFile File, string Path) known,
        IReadOnlyList<RetryCandidate> candidates, UploadTerms terms, CancellationToken cancellationToken)
    {
        UploadedFile file = known.File;
        try
        {
            FileToUpload local = new(known.Path, file.Digest, file.SizeInBytes, file.MediaType);
            renewed.Renew(file.FileId, await uploader.IdOfAsync(job, local, terms, cancellationToken).ConfigureAwait(false));
        }
        catch (ClaudeBatchException failure) when (failure.IsOfFile)
        {
            GiveUp(renewed, known.Path, candidates, $"it is not here any more as it was sent: {failure.Message}");
        }
    }

    // What cannot be sent again does not wait for a next try, which would find the same.
    private void GiveUp(RenewedFiles renewed, string path, IReadOnlyList<RetryCandidate> candidates, string why)
    {
        ledger.Write(() =>
        {
            foreach (RetryCandidate candidate in candidates)
            {
                renewed.LeaveOut(candidate.Attempt.Row);
                ledger.Attempts.GiveUp(candidate.Batch, candidate.Attempt.Row);
            }
        });
        string names = string.Join(", ", candidates.Take(MostNamed).Select(static c => $"'{c.Attempt.CustomId}'"));
        string more = candidates.Count > MostNamed
            ? string.Create(CultureInfo.InvariantCulture, $" and {candidates.Count - MostNamed} more")
            : string.Empty;
        string job = candidates[0].Batch.Job;
        renewed.Failures.Add(new ClaudeBatchException(
            FailureKind.NotFound,
            "FileGone",
            $"Request {names}{more} of job '{job}' is not sent again: the service no longer has its file '{path}', and {Sentence.Of(why)}")
        {
            Target = path,
            RecommendedAction = $"Put the file back, then: Invoke-ClaudeBatchRetry -Job {job} -FailureClass Permanent",
        });
    }
}
