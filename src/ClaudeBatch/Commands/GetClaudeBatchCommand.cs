using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <summary>Lists batches, with their state as the service reports it now.</summary>
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

    /// <summary>Shows what the ledger has recorded, without a call to the service.</summary>
    [Parameter]
    public SwitchParameter Local { get; set; }

    /// <summary>Lists all batches of the account, including those the ledger does not know, from the newest to the oldest.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ServiceSet)]
    public SwitchParameter Service { get; set; }

    /// <summary>The largest number of batches to list.</summary>
    [Parameter(ParameterSetName = ServiceSet)]
    [ValidateRange(1, int.MaxValue)]
    public int First { get; set; } = int.MaxValue;

    private protected override bool TakesPatterns => true;

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

    // The batches are refreshed together at the end, because one page of the account's list covers up to a thousand of them.
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
            // The first failure ends the refresh; without a network each further batch would only time out, too.
            return await Open().Poller.RefreshAsync(_batches, static (_, failure) => throw failure, cancellationToken);
        }
        catch (ClaudeBatchException failure)
        {
            Warn($"{Sentence.Of(failure.Message)} What follows is the ledger's last word.");
            return [.. _batches.Select(b => Open().Ledger.Batches.Get(b.Id))];
        }
    }
}
