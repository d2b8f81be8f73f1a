using System.Management.Automation;
using ClaudeBatch.Connections;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Commands;

/// <summary>Lists batches, refreshed from the service.</summary>
[Cmdlet(VerbsCommon.Get, "ClaudeBatch", DefaultParameterSetName = AllSet)]
[OutputType(typeof(Batch))]
public sealed class GetClaudeBatchCommand : BatchCommand
{
    private const string AllSet = "All";

    private bool _isOffline;

    [Parameter]
    [ValidateSet(
        "Spooled", "Uploading", "Unconfirmed", "InProgress", "Canceling", "Ended", "Downloaded", "Collected", "Rejected", "Lost", "Abandoned", "Deleted")]
    public string[] State { get; set; } = [];

    /// <summary>Asks nobody: what the ledger has.</summary>
    [Parameter]
    public SwitchParameter Local { get; set; }

    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        IEnumerable<BatchRecord> batches = ParameterSetName == AllSet ? TryOpen()?.Ledger.Batches.All() ?? [] : Resolve();
        foreach (BatchRecord batch in batches)
        {
            BatchRecord now = await RefreshAsync(batch, cancellationToken);
            WarnOfExpiry(now);
            if (State.Length == 0 || State.Contains(now.State, StringComparer.OrdinalIgnoreCase))
            {
                Emit(Batch.From(now));
            }
        }
    }

    private async Task<BatchRecord> RefreshAsync(BatchRecord batch, CancellationToken cancellationToken)
    {
        if (Local || _isOffline || !BatchState.IsRunning(batch.State))
        {
            return batch;
        }

        try
        {
            return await TryOpen()!.Poller.RefreshAsync(batch, cancellationToken);
        }
        catch (ClaudeBatchException failure)
        {
            _isOffline = true;
            Warn($"{failure.Message} What follows is the ledger's last word.");
            return batch;
        }
    }
}
