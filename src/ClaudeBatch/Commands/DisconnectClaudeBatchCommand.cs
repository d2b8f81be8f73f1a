using System.Management.Automation;
using ClaudeBatch.Pipeline;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <summary>
/// Removes the default connection of the process, so that cmdlets use the one from the environment variables again. Batches and ledgers
/// are not touched.
/// </summary>
[Cmdlet(VerbsCommunications.Disconnect, "ClaudeBatch")]
public sealed class DisconnectClaudeBatchCommand : AsyncCommand
{
    protected override Task EndAsync(CancellationToken cancellationToken)
    {
        ConnectionDefaults.Use(null);
        return Task.CompletedTask;
    }
}
