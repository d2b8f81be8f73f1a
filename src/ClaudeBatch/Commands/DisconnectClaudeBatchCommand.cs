using System.Management.Automation;
using ClaudeBatch.Pipeline;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <summary>Forgets the process's default connection; the environment's holds again. Batches and ledgers are not touched.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "ClaudeBatch")]
public sealed class DisconnectClaudeBatchCommand : AsyncCommand
{
    protected override Task EndAsync(CancellationToken cancellationToken)
    {
        ConnectionDefaults.Current = null;
        return Task.CompletedTask;
    }
}
