using System.Management.Automation;
using ClaudeBatch.Core;
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
        ClaudeBatchConnection connection = ConnectionDefaults.Resolve(given: null);
        try
        {
            ConnectionDefaults.ReadSettings(connection);
        }
        catch (ClaudeBatchException failure)
        {
            Warn(failure.Message); // the connection is shown also where its ledger is damaged
        }

        WriteOutput(connection);
        return Task.CompletedTask;
    }
}
