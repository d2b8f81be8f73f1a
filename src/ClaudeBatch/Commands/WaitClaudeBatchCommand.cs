using System.Management.Automation;
using ClaudeBatch.Connections;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Submission;
using ClaudeBatch.Pipeline;

namespace ClaudeBatch.Commands;

/// <summary>Waits until batches have ended and emits each as it does. Gathers while input comes, waits at its end.</summary>
[Cmdlet(VerbsLifecycle.Wait, "ClaudeBatch", DefaultParameterSetName = InputObjectSet)]
[OutputType(typeof(Batch))]
public sealed class WaitClaudeBatchCommand : BatchCommand
{
    private const int ProgressId = 20260;

    private readonly Dictionary<long, BatchRecord> _waiting = [];

    private readonly HashSet<long> _warned = [];

    private int _total;

    /// <summary>Ends with the first batch that does.</summary>
    [Parameter]
    public SwitchParameter Any { get; set; }

    [Parameter]
    [Alias("TimeoutSec")]
    [DurationTransformation]
    public TimeSpan Timeout { get; set; }

    [Parameter]
    [Alias("PollIntervalSec")]
    [DurationTransformation]
    public TimeSpan PollInterval { get; set; }

    private protected override string? StopAdvice => _waiting.Count == 0
        ? null
        : $"Nothing was canceled: {_waiting.Count} batches go on without this shell. To wait again: "
            + $"Wait-ClaudeBatch -Job {string.Join(", ", _waiting.Values.Select(static b => b.Job).Distinct(StringComparer.Ordinal))}";

    protected override Task ProcessAsync(CancellationToken cancellationToken)
    {
        foreach (BatchRecord batch in Resolve())
        {
            _waiting[batch.Id] = batch;
        }

        return Task.CompletedTask;
    }

    protected override async Task EndAsync(CancellationToken cancellationToken)
    {
        if (_waiting.Count == 0)
        {
            return;
        }

        _total = _waiting.Count;
        BatchSession session = TryOpen()!;
        BatchPoller poller = session.Poller;
        DateTimeOffset began = session.Clock.GetUtcNow();
        try
        {
            while (true)
            {
                if (await RoundAsync(session, poller, cancellationToken) || _waiting.Count == 0)
                {
                    return;
                }

                TimeSpan wait = poller.NextWait(
                    _waiting.Values.Max(static b => b.CreatedAt) ?? DateTime.MaxValue,
                    PollInterval > TimeSpan.Zero ? PollInterval : null,
                    Random.Shared.NextDouble());
                if (Timeout > TimeSpan.Zero && session.Clock.GetUtcNow() - began + wait > Timeout)
                {
                    await Task.Delay(Timeout - (session.Clock.GetUtcNow() - began) is { Ticks: > 0 } left ? left : TimeSpan.Zero, session.Clock, cancellationToken);
                    await RoundAsync(session, poller, cancellationToken);
                    ReportTimeout();
                    return;
                }

                await Task.Delay(wait, session.Clock, cancellationToken);
            }
        }
        finally
        {
            if (!Stopping)
            {
                Show(new ProgressRecord(ProgressId, "Waiting for batches", "Done") { RecordType = ProgressRecordType.Completed });
            }
        }
    }

    /// <summary>Asks once about every batch; true when the wait is over early.</summary>
    private async Task<bool> RoundAsync(BatchSession session, BatchPoller poller, CancellationToken cancellationToken)
    {
        foreach (BatchRecord waiting in _waiting.Values.ToArray())
        {
            BatchRecord now = waiting;
            try
            {
                now = BatchState.IsUnsent(waiting.State)
                    ? await SendAsync(session, waiting, cancellationToken)
                    : await poller.RefreshAsync(session.Ledger.Batches.Get(waiting.Id), cancellationToken);
            }
            catch (ClaudeBatchException failure) when (!failure.IsFatal)
            {
                // The batch lives on whatever happens to us; an outage is sat out.
                Tell($"{failure.Message} Still waiting.");
            }

            TellRetries();
            _waiting[now.Id] = now;
            if (BatchState.IsOver(now.State))
            {
                _waiting.Remove(now.Id);
                Emit(Batch.From(now));
                if (Any)
                {
                    return true;
                }
            }
        }

        ShowProgress();
        return false;
    }

    private async Task<BatchRecord> SendAsync(BatchSession session, BatchRecord batch, CancellationToken cancellationToken)
    {
        SendResult result = await session.Sender.SendAsync(batch.Id, sent: null, cancellationToken);
        if (result.Failure is { } failure && _warned.Add(batch.Id))
        {
            Warn($"Part {batch.Part} of job '{batch.Job}' is not sent yet: {failure.Message} It is tried again while the wait goes on.");
        }

        return result.Batch;
    }

    private void ShowProgress()
    {
        int requests = _waiting.Values.Sum(static b => b.RequestCount);
        int done = _waiting.Values.Sum(static b => b.RequestCount - b.Counts.Processing);
        Show(new ProgressRecord(ProgressId, "Waiting for batches", $"{_total - _waiting.Count} of {_total} ended, {requests - done} requests in progress")
        {
            PercentComplete = (_total - _waiting.Count) * 100 / _total,
        });
    }

    private void ReportTimeout()
    {
        foreach (BatchRecord batch in _waiting.Values)
        {
            Fail(
                new ClaudeBatchException(
                    FailureKind.Timeout,
                    "WaitTimedOut",
                    $"Batch '{batch.ServiceId ?? batch.Key}' has not ended within {Timeout.TotalSeconds:0} seconds. It goes on; wait again with Wait-ClaudeBatch -Job {batch.Job}."),
                Batch.From(batch));
        }
    }
}
