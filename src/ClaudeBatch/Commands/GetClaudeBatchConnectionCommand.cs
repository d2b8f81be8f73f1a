using System.Management.Automation;
using ClaudeBatch.Pipeline;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <summary>Shows the connection that the other cmdlets use now.</summary>
[Cmdlet(VerbsCommon.Get, "ClaudeBatchConnection")]
[OutputType(typeof(ClaudeBatchConnection))]
public sealed class GetClaudeBatchConnectionCommand : AsyncCommand
{
    protected override Task EndAsync(CancellationToken cancellationToken)
    {
        WriteOutput(ConnectionDefaults.Resolve(given: null));
        return Task.CompletedTask;
    }
}
