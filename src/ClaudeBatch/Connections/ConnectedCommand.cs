using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Pipeline;

namespace ClaudeBatch.Connections;

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
