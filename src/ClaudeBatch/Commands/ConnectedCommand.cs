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

    private readonly HashSet<(long Batch, string What)> _said = [];

    [Parameter]
    public ClaudeBatchConnection? Connection { get; set; }

    /// <summary>The service of the connection; asks for no ledger.</summary>
    private protected ServiceSession OpenService() => _session?.Service ?? (_service ??= new ServiceSession(ConnectionDefaults.Resolve(Connection), TellRetry));

    /// <summary>The ledger of the connection; null where there is none yet.</summary>
    private protected BatchSession? TryOpen()
    {
        if (!_opened)
        {
            _session = BatchSession.Open(ConnectionDefaults.Resolve(Connection), create: false, TellRetry);
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
            _session = BatchSession.Open(ConnectionDefaults.Resolve(Connection), create: true, TellRetry)!;
            _opened = true;
        }

        return _session;
    }

    /// <summary>The service keeps results for 29 days; what is not collected by then is gone.</summary>
    private protected void WarnOfExpiry(BatchRecord batch)
    {
        const int daysBefore = 5;
        if (batch is { State: BatchState.Ended, ResultsExpireAt: { } end } && end - OpenService().Clock.GetUtcNow().UtcDateTime < TimeSpan.FromDays(daysBefore))
        {
            Warn(string.Create(
                CultureInfo.InvariantCulture, $"The service keeps the results of batch '{batch.Key}' until {end:yyyy-MM-dd HH:mm} UTC. Collect them: Get-ClaudeBatchResult -Job {batch.Job}"));
        }
    }

    /// <summary>Says what a round has to say, each thing once.</summary>
    private protected void Say(IEnumerable<RoundNote> notes)
    {
        TellRetries();
        foreach (RoundNote note in notes)
        {
            if (note.Weight == NoteWeight.Detail)
            {
                Tell(note.Message);
            }
            else if (note.Weight == NoteWeight.Information)
            {
                TellHost(note.Message);
            }
            else if (!_said.Add((note.Batch.Id, note.Failure is { IsTransient: true } ? "waits" : note.Failure?.Id ?? note.Message)))
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

    /// <summary>The jobs of that name, with wildcards: a wildcard that finds nothing is silence, a name that finds nothing an error.</summary>
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
                $"Batch '{key}' is not in the ledger at '{ConnectionDefaults.Resolve(Connection).Folder.Root}'. Get-ClaudeBatch lists those that are."),
            target);
        return [];
    }

    private ClaudeBatchException JobNotFound(string name) => new(
        FailureKind.NotFound,
        "JobNotFound",
        $"There is no job '{name}' in the ledger at '{ConnectionDefaults.Resolve(Connection).Folder.Root}'. Get-ClaudeBatchJob lists those that are.")
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

    // Polly calls back on the pump's thread or on a pool thread; only the first may write.
    private void TellRetry(ClaudeBatchException failure, TimeSpan wait) => _retries.Enqueue($"{failure.Message} Trying again in {wait.TotalSeconds:0.0} s.");

    private readonly System.Collections.Concurrent.ConcurrentQueue<string> _retries = new();

    /// <summary>Writes what was retried meanwhile to the verbose stream.</summary>
    private protected void TellRetries()
    {
        while (_retries.TryDequeue(out string? text))
        {
            Tell(text);
        }
    }
}
