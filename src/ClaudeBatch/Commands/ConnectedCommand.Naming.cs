using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <content>Finds the jobs and batches that names, ids and objects stand for.</content>
public abstract partial class ConnectedCommand
{
    // What is named twice is taken once.
    private readonly HashSet<Guid> _taken = [];

    private bool _refusedOthers;

    /// <summary>
    /// Returns the jobs whose name matches; wildcards are allowed. A plain name that no job has is written as an error, a pattern that
    /// matches none is not.
    /// </summary>
    private protected IReadOnlyList<JobRecord> JobsLike(string name)
    {
        IReadOnlyList<JobRecord> found = FindJobs(name);
        if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
        {
            Fail(JobNotFound(name));
        }

        return found;
    }

    /// <summary>Returns the jobs whose name matches, and says nothing where there is none.</summary>
    private protected IReadOnlyList<JobRecord> FindJobs(string name)
    {
        WildcardPattern pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
        return [.. (TryOpen()?.Ledger.Jobs.All() ?? []).Where(j => pattern.IsMatch(j.Name))];
    }

    /// <summary>Whether a job comes for the first time: what is named twice is taken once.</summary>
    private protected bool IsFirst(JobRecord job) => _taken.Add(job.Identity);

    /// <summary>Whether a batch comes for the first time, by whichever name.</summary>
    internal bool IsFirst(BatchRecord batch) => _taken.Add(batch.Identity);

    /// <summary>Returns the jobs that a reference names. An object whose job is not in this ledger is written as an error.</summary>
    private protected IReadOnlyList<JobRecord> JobsOf(JobReference reference)
        => TakesBatches && TryOpen()?.Ledger is { } ledger && ledger.Jobs.Find(reference.Name) is null
            && ledger.Batches.Find(reference.Name) is { } batch
            ? [ledger.Jobs.Get(batch.JobId)]
            : reference.IsOther ? NoJobs(reference)
            : reference.Identity is { } identity ? JobOf(reference.Name, identity, reference.Original) : JobsLike(reference.Name);

    /// <summary>Whether a batch stands for its job: only where nothing is changed.</summary>
    private protected virtual bool TakesBatches => false;

    // One error for as many as come: they come of one slip.
    private IReadOnlyList<JobRecord> NoJobs(JobReference reference)
    {
        if (!_refusedOthers)
        {
            _refusedOthers = true;
            Fail(
                new ClaudeBatchException(
                    FailureKind.InvalidArgument,
                    "ObjectIsNoJob",
                    $"'{reference.Name}' is no job, and {MyInvocation.MyCommand.Name} takes whole jobs; nothing was done. Pipe jobs, such as "
                        + "those of Get-ClaudeBatchJob, or name them with -Job."),
                reference.Original);
        }

        return [];
    }

    /// <summary>Whether a name in place of an object may have wildcards: only where nothing is changed or sent.</summary>
    private protected virtual bool TakesPatterns => false;

    /// <summary>Returns the batches that a reference names. A job or batch that is not in the ledger is written as an error.</summary>
    private protected IEnumerable<BatchRecord> BatchesOf(BatchReference reference) => reference.Job is null
        ? BatchWithId(reference.Key!, reference.Original, reference)
        : JobsOf(reference).SelectMany(j => Open().Ledger.Batches.OfJob(j.Id));

    /// <summary>Returns the jobs that a reference to a job names. What is not in the ledger is written as an error.</summary>
    private protected IReadOnlyList<JobRecord> JobsOf(BatchReference reference)
    {
        string name = reference.Job!;
        if (!reference.IsName)
        {
            return JobOf(name, reference.Identity, reference.Original);
        }

        bool isPattern = WildcardPattern.ContainsWildcardCharacters(name);
        if (isPattern && TakesPatterns)
        {
            return JobsLike(name);
        }

        if (!isPattern && TryOpen()?.Ledger.Jobs.Find(name) is { } job)
        {
            return [job];
        }

        Fail(
            isPattern
                ? new ClaudeBatchException(
                    FailureKind.InvalidArgument,
                    "WildcardRefused",
                    $"'{name}' may be several jobs, and {MyInvocation.MyCommand.Name} changes or sends what it is given. Name the job, or "
                        + $"give the pattern by its parameter: -Job '{name}'.")
                : new ClaudeBatchException(
                    FailureKind.NotFound,
                    "JobNotFound",
                    $"'{name}' is neither a job nor a batch in the ledger at '{Resolved.Folder.Root}'. A batch is "
                        + "named by its id (msgbatch_…) or as job/part. Get-ClaudeBatchJob lists the jobs, Get-ClaudeBatch the batches."),
            reference.Original);
        return [];
    }

    /// <summary>Returns the job of a name, or writes an error and returns nothing where there is none, or another one.</summary>
    /// <param name="name">The job's name.</param>
    /// <param name="identity">Identifies the job that is meant; null where only its name was given.</param>
    /// <param name="target">What the user has given.</param>
    private protected IReadOnlyList<JobRecord> JobOf(string name, Guid? identity, object target)
    {
        if (TryOpen()?.Ledger.Jobs.Find(name) is not { } job)
        {
            Fail(JobNotFound(name), target);
            return [];
        }

        if (identity is not null && identity != job.Identity)
        {
            Fail(Outdated($"job '{name}'", "Get-ClaudeBatchJob"), target);
            return [];
        }

        return [job];
    }

    /// <summary>Returns the batch with this key or service id, or, when there is none, writes an error and returns nothing.</summary>
    /// <param name="key">The key of the batch, or the service's id.</param>
    /// <param name="target">What the user has given.</param>
    /// <param name="meant">The object that names the batch; a batch of the same key that is another one is an error, too.</param>
    private protected IEnumerable<BatchRecord> BatchWithId(string key, object target, BatchReference? meant = null)
    {
        if (TryOpen()?.Ledger.Batches.Find(key) is { } batch)
        {
            bool isOther = (meant?.Identity is { } identity && identity != batch.Identity)
                || (meant?.ServiceId is { } id && batch.ServiceId is not null && id != batch.ServiceId);
            if (!isOther)
            {
                return [batch];
            }

            Fail(Outdated($"batch '{key}'", "Get-ClaudeBatch"), target);
            return [];
        }

        Fail(
            new ClaudeBatchException(
                FailureKind.NotFound,
                "BatchNotFound",
                $"Batch '{key}' is not in the ledger at '{Resolved.Folder.Root}'. Get-ClaudeBatch lists "
                    + $"those that are."
                    + (TryOpen()?.Ledger.Jobs.Find(key) is null ? string.Empty : $" There is a job of this name: -Job {key}.")),
            target);
        return [];
    }

    // A name or a number may be another job's by now: after the object was made, its job was removed, or another ledger was connected.
    private ClaudeBatchException Outdated(string what, string command) => new(
        FailureKind.Conflict,
        "ObjectOutdated",
        $"The ledger at '{Resolved.Folder.Root}' has a {what}, and this object is of another one: of another "
            + $"ledger, a rehearsal's say, or of a job that was removed. Nothing was done; get it anew with {command}.");

    private protected ClaudeBatchException JobNotFound(string name) => new(
        FailureKind.NotFound,
        "JobNotFound",
        $"There is no job '{name}' in the ledger at '{Resolved.Folder.Root}'. Get-ClaudeBatchJob lists "
            + $"those that are.")
    { Target = name };
}
