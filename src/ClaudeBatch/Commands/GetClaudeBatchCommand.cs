using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <summary>Lists batches, refreshed from the service.</summary>
[Cmdlet(VerbsCommon.Get, "ClaudeBatch", DefaultParameterSetName = AllSet)]
[OutputType(typeof(Batch))]
public sealed class GetClaudeBatchCommand : BatchCommand
{
    private const string AllSet = "All";

    private const string ServiceSet = "Service";

    private readonly List<BatchRecord> _batches = [];

    private HashSet<BatchState>? _states;

    [Parameter]
    [ValidateSet(
        "Spooled", "Uploading", "Unconfirmed", "InProgress", "Canceling", "Ended",
        "Downloaded", "Collected", "Rejected", "Lost", "Abandoned", "Deleted")]
    public string[] State { get; set; } = [];

    /// <summary>Asks nobody: what the ledger has.</summary>
    [Parameter]
    public SwitchParameter Local { get; set; }

    /// <summary>All that the account has, ours or not, the newest first.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ServiceSet)]
    public SwitchParameter Service { get; set; }

    /// <summary>At most so many of them.</summary>
    [Parameter(ParameterSetName = ServiceSet)]
    [ValidateRange(1, int.MaxValue)]
    public int First { get; set; } = int.MaxValue;

    protected override Task BeginAsync(CancellationToken cancellationToken)
    {
        _states = Choices.Of<BatchState>(State);
        return Task.CompletedTask;
    }

    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        if (ParameterSetName == ServiceSet)
        {
            await WriteAccountBatchesAsync(cancellationToken);
            return;
        }

        _batches.AddRange(ParameterSetName == AllSet ? TryOpen()?.Ledger.Batches.All() ?? [] : Resolve());
    }

    // All that came are asked about together: a thousand cost a list and not a thousand calls.
    protected override async Task EndAsync(CancellationToken cancellationToken)
    {
        foreach (BatchRecord batch in await RefreshAsync(cancellationToken))
        {
            WarnOfExpiry(batch);
            if (_states?.Contains(batch.State) != false)
            {
                WriteOutput(Batch.From(batch));
            }
        }
    }

    private async Task WriteAccountBatchesAsync(CancellationToken cancellationToken)
    {
        const int page = 1_000;
        int left = First;
        await foreach (Reply<BatchPage> reply in OpenService().Api.ListPagesAsync(Math.Min(left, page), cancellationToken))
        {
            WriteVerboseRetries();
            foreach (MessageBatch batch in reply.Value.Data.Take(left))
            {
                BatchRecord? ours = TryOpen()?.Ledger.Batches.Find(batch.Id);
                if (_states is null || (ours is not null && _states.Contains(ours.State)))
                {
                    WriteOutput(Batch.From(batch, ours, reply.Headers));
                }
            }

            left -= reply.Value.Data.Count;
            if (left <= 0)
            {
                return;
            }
        }
    }

    private async Task<IReadOnlyList<BatchRecord>> RefreshAsync(CancellationToken cancellationToken)
    {
        if (Local || !_batches.Any(static b => b.State.IsRunning()))
        {
            return _batches;
        }

        try
        {
            // Without a network one of them is tried, not all in turn.
            return await Open().Poller.RefreshAsync(_batches, static (_, failure) => throw failure, cancellationToken);
        }
        catch (ClaudeBatchException failure)
        {
            Warn($"{failure.Message} What follows is the ledger's last word.");
            return [.. _batches.Select(b => Open().Ledger.Batches.Get(b.Id))];
        }
    }
}
