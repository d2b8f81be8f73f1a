using System.Management.Automation;
using ClaudeBatch.Connections;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Pipeline;

namespace ClaudeBatch.Commands;

/// <summary>Waits until batches have ended and emits each as it does. Gathers while input comes, waits at its end.</summary>
[Cmdlet(VerbsLifecycle.Wait, "ClaudeBatch", DefaultParameterSetName = InputObjectSet)]
[OutputType(typeof(Batch))]
public sealed class WaitClaudeBatchCommand : BatchCommand
{
    private const int ProgressId = 20260;

    private readonly Dictionary<long, BatchRecord> _waiting = [];

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
        DateTimeOffset began = session.Clock.GetUtcNow();
        try
        {
            while (true)
            {
                if (await RoundAsync(session, cancellationToken) || _waiting.Count == 0)
                {
                    return;
                }

                TimeSpan wait = session.Round.NextWait(_waiting.Values, PollInterval > TimeSpan.Zero ? PollInterval : null);
                if (Timeout > TimeSpan.Zero && session.Clock.GetUtcNow() - began + wait > Timeout)
                {
                    await Task.Delay(Timeout - (session.Clock.GetUtcNow() - began) is { Ticks: > 0 } left ? left : TimeSpan.Zero, session.Clock, cancellationToken);
                    await RoundAsync(session, cancellationToken);
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

    /// <summary>One round over all that is waited for; true when the wait is over early.</summary>
    private async Task<bool> RoundAsync(BatchSession session, CancellationToken cancellationToken)
    {
        RoundReport report = await session.Round.RunAsync(_waiting.Keys, sent: null, cancellationToken);
        Say(report.Notes);
        foreach (BatchRecord now in report.Batches)
        {
            _waiting[now.Id] = now;
            if (BatchState.IsOver(now.State))
            {
                _waiting.Remove(now.Id);
                WarnOfExpiry(now);
                Emit(Batch.From(now));
                if (Any)
                {
                    return true;
                }
            }
        }

        // What a person must see to first is not waited for; the error said so.
        foreach (RoundNote note in report.Notes.Where(static n => n.Weight == NoteWeight.Error))
        {
            _waiting.Remove(note.Batch.Id);
        }

        ShowProgress();
        return false;
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
