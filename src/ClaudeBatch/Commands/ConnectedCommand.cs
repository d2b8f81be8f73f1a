using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Pipeline;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <summary>Base for cmdlets that work on a ledger.</summary>
public abstract class ConnectedCommand : AsyncCommand
{
    private BatchSession? _session;

    private ServiceSession? _service;

    private bool _opened;

    private readonly HashSet<(long Batch, string What)> _written = [];

    [Parameter]
    public ClaudeBatchConnection? Connection { get; set; }

    /// <summary>The service of the connection; asks for no ledger.</summary>
    private protected ServiceSession OpenService()
        => _session?.Service ?? (_service ??= new ServiceSession(ConnectionDefaults.Resolve(Connection), QueueRetry));

    /// <summary>The ledger of the connection; null where there is none yet.</summary>
    private protected BatchSession? TryOpen()
    {
        if (!_opened)
        {
            _session = BatchSession.Open(ConnectionDefaults.Resolve(Connection), create: false, QueueRetry);
            _opened = true;
        }

        return _session;
    }

    /// <summary>The ledger of the connection, for whoever has found something in it.</summary>
    private protected BatchSession Open() => TryOpen() ?? throw new UnreachableException("What was found is of a ledger.");

    /// <summary>The ledger of the connection, made where there is none.</summary>
    private protected BatchSession OpenOrCreate()
    {
        if (_session is null)
        {
            _session = BatchSession.Open(ConnectionDefaults.Resolve(Connection), create: true, QueueRetry)!;
            _opened = true;
        }

        return _session;
    }

    /// <summary>The service keeps results for 29 days; what is not collected by then is gone.</summary>
    private protected void WarnOfExpiry(BatchRecord batch)
    {
        const int daysBefore = 5;
        if (batch is { State: BatchState.Ended, ResultsExpireAt: { } end }
            && end - OpenService().Clock.GetUtcNow().UtcDateTime < TimeSpan.FromDays(daysBefore))
        {
            Warn(string.Create(
                CultureInfo.InvariantCulture, $"The service keeps the results of batch '{batch.Key}' until {end:yyyy-MM-dd HH:mm} UTC. "
                    + $"Collect them: Get-ClaudeBatchResult -Job {batch.Job}"));
        }
    }

    /// <summary>
    /// Writes the notes of a round, each to the stream of its weight: verbose, host, warning or error. A warning or an error that a
    /// batch has had before is not written again. Retries that are still queued are written first.
    /// </summary>
    private protected void WriteNotes(IEnumerable<RoundNote> notes)
    {
        WriteVerboseRetries();
        foreach (RoundNote note in notes)
        {
            if (note.Weight == NoteWeight.Detail)
            {
                WriteVerboseLine(note.Message);
            }
            else if (note.Weight == NoteWeight.Information)
            {
                WriteHostLine(note.Message);
            }
            else if (!_written.Add((note.Batch.Id, note.Failure is { IsTransient: true } ? "waits" : note.Failure?.Id ?? note.Message)))
            {
                continue;
            }
            else if (note.Weight == NoteWeight.Warning)
            {
                Warn(note.Message);
            }
            else
            {
                Fail(note.Failure!, Batch.From(note.Batch));
            }
        }
    }

    /// <summary>
    /// The jobs of that name, with wildcards: a wildcard that finds nothing is silence, a name that finds nothing an error.
    /// </summary>
    private protected IReadOnlyList<JobRecord> JobsLike(string name)
    {
        IReadOnlyList<JobRecord> all = TryOpen()?.Ledger.Jobs.All() ?? [];
        WildcardPattern pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
        JobRecord[] found = [.. all.Where(j => pattern.IsMatch(j.Name))];
        if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
        {
            Fail(JobNotFound(name));
        }

        return found;
    }

    /// <summary>The batches a reference names; what is not there becomes an error.</summary>
    private protected IEnumerable<BatchRecord> BatchesOf(BatchReference reference)
    {
        if (reference.Job is not { } name)
        {
            return One(reference.Key!, reference.Original);
        }

        if (TryOpen() is { } session && session.Ledger.Jobs.Find(name) is { } job)
        {
            return session.Ledger.Batches.OfJob(job.Id);
        }

        Fail(JobNotFound(name), reference.Original);
        return [];
    }

    /// <summary>A batch by its key or the service's id; one that is not there becomes an error.</summary>
    private protected IEnumerable<BatchRecord> One(string key, object target)
    {
        if (TryOpen()?.Ledger.Batches.Find(key) is { } batch)
        {
            return [batch];
        }

        Fail(
            new ClaudeBatchException(
                FailureKind.NotFound,
                "BatchNotFound",
                $"Batch '{key}' is not in the ledger at '{ConnectionDefaults.Resolve(Connection).Folder.Root}'. Get-ClaudeBatch lists "
                    + $"those that are."),
            target);
        return [];
    }

    private ClaudeBatchException JobNotFound(string name) => new(
        FailureKind.NotFound,
        "JobNotFound",
        $"There is no job '{name}' in the ledger at '{ConnectionDefaults.Resolve(Connection).Folder.Root}'. Get-ClaudeBatchJob lists "
            + $"those that are.")
    { Target = name };

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _session?.Dispose();
            _service?.Dispose();
        }

        base.Dispose(disposing);
    }

    // The HTTP client reports a retry on the pipeline's thread or on a pool thread. Only the pipeline's thread may write, so the text
    // waits.
    private void QueueRetry(ClaudeBatchException failure, TimeSpan wait)
        => _retries.Enqueue($"{failure.Message} Trying again in {wait.TotalSeconds:0.0} s.");

    private readonly System.Collections.Concurrent.ConcurrentQueue<string> _retries = new();

    /// <summary>Writes one line to the verbose stream for each request that was retried since the last call.</summary>
    private protected void WriteVerboseRetries()
    {
        while (_retries.TryDequeue(out string? text))
        {
            WriteVerboseLine(text);
        }
    }
}
