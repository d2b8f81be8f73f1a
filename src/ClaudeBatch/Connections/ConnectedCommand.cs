using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Pipeline;

namespace ClaudeBatch.Connections;

/// <summary>Base for cmdlets that work on a ledger.</summary>
public abstract class ConnectedCommand : AsyncCommand
{
    private BatchSession? _session;

    private bool _opened;

    [Parameter]
    public ClaudeBatchConnection? Connection { get; set; }

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

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _session?.Dispose();
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
