using System.Globalization;
using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Pipeline;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <summary>
/// Waits until batches have ended and writes each one as it ends. The waiting starts after the last pipeline input, so that a part that
/// is submitted upstream is never held up.
/// </summary>
[Cmdlet(VerbsLifecycle.Wait, "ClaudeBatch", DefaultParameterSetName = InputObjectSet)]
[OutputType(typeof(Batch))]
public sealed class WaitClaudeBatchCommand : BatchCommand
{
    private readonly Dictionary<long, BatchRecord> _waiting = [];

    // Kept so that the progress bar counts the batches that have ended, too.
    private readonly Dictionary<long, BatchRecord> _ended = [];

    // The jobs of batches that were not over when they came in.
    private readonly HashSet<long> _jobs = [];

    // Batches whose failures were told when they were collected.
    private readonly HashSet<long> _collected = [];

    private JobProgress? _progress;

    /// <summary>Returns as soon as one of the batches has ended.</summary>
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

    /// <summary>
    /// The share of a batch's requests, 0 to 1, that may fail. When more fail, the cmdlet writes an error; where the parameter is not
    /// given and more than a tenth fail, it writes a warning.
    /// </summary>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    public double MaxFailureRatio { get; set; } = StageGate.DefaultFailureRatio;

    private double? GivenFailureRatio
        => IsGiven(nameof(MaxFailureRatio)) ? MaxFailureRatio : null;

    private protected override string? StopAdvice => _waiting.Count == 0
        ? null
        : $"Nothing was canceled: {Sentence.Count(_waiting.Count, "batch goes", "batches go")} on without this shell. To wait again: "
            + $"Wait-ClaudeBatch -Job {string.Join(", ", _waiting.Values.Select(static b => b.Job).Distinct(StringComparer.Ordinal))}";

    protected override Task ProcessAsync(CancellationToken cancellationToken)
    {
        foreach (BatchRecord batch in Resolve())
        {
            if (batch.HeldFor is { } held && batch.State.IsUnsent())
            {
                string what = held.ToString().ToLowerInvariant();
                Warn($"Part {batch.Part} of job '{batch.Job}' waits for the {what} of the job and is not waited for here; "
                    + "Invoke-ClaudeBatch and Resume-ClaudeBatch take it on.");
                continue;
            }

            _waiting[batch.Id] = batch;
            if (!batch.State.IsOver())
            {
                _jobs.Add(batch.JobId);
            }
            else if (batch.State == BatchState.Collected)
            {
                _collected.Add(batch.Id);
            }
        }

        return Task.CompletedTask;
    }

    protected override async Task EndAsync(CancellationToken cancellationToken)
    {
        if (_waiting.Count == 0)
        {
            return;
        }

        BatchSession session = Open();
        _progress = new JobProgress(session.Ledger, WriteProgressRecord);
        DateTimeOffset began = session.Clock.GetUtcNow();
        try
        {
            while (true)
            {
                if (await RoundAsync(session, cancellationToken) || _waiting.Count == 0)
                {
                    TellEnds(session);
                    return;
                }

                TimeSpan wait = session.Round.NextWait(_waiting.Values, PollInterval > TimeSpan.Zero ? PollInterval : null);
                if (IsGiven(nameof(Timeout)) && session.Clock.GetUtcNow() - began + wait > Timeout)
                {
                    await Task.Delay(
                        Timeout - (session.Clock.GetUtcNow() - began) is { Ticks: > 0 } left ? left : TimeSpan.Zero,
                        session.Clock,
                        cancellationToken);
                    await RoundAsync(session, cancellationToken);
                    TellEnds(session);
                    WriteTimeoutErrors();
                    return;
                }

                await Task.Delay(wait, session.Clock, cancellationToken);
            }
        }
        finally
        {
            if (!Stopping)
            {
                _progress.Complete();
            }
        }
    }

    /// <summary>Sends, settles and polls each waiting batch once. Returns true when <see cref="Any"/> ends the wait early.</summary>
    private async Task<bool> RoundAsync(BatchSession session, CancellationToken cancellationToken)
    {
        RoundReport report = await session.Round.RunAsync(_waiting.Keys, sent: null, cancellationToken);
        WriteNotes(report.Notes);
        foreach (BatchRecord now in report.Batches)
        {
            _waiting[now.Id] = now;
            if (now.State.IsOver())
            {
                _waiting.Remove(now.Id);
                _ended[now.Id] = now;
                WarnOfExpiry(now);
                CheckFailureRatio(session, now);
                WriteOutput(Batch.From(now));
                if (Any)
                {
                    return true;
                }
            }
        }

        // A batch with an error needs a person first, and the error has just been written. Waiting longer would not end.
        foreach (RoundNote note in report.Notes.Where(static n => n.Weight == NoteWeight.Error))
        {
            _waiting.Remove(note.Batch.Id);
        }

        if (_waiting.Count > 0)
        {
            _progress!.Update(_waiting.Values.Concat(_ended.Values).OrderBy(static b => b.Id));
        }

        return false;
    }

    // The jobs whose last batches have ended meanwhile.
    private void TellEnds(BatchSession session)
    {
        foreach (long job in _jobs)
        {
            TellEnd(session.Ledger.Jobs.Get(job), GivenFailureRatio);
        }
    }

    // Of a whole job it is said in the end.
    private void CheckFailureRatio(BatchSession session, BatchRecord batch)
    {
        int failed = batch.Counts.Errored + batch.Counts.Expired + batch.Counts.Canceled;
        if (failed == 0 || failed <= batch.RequestCount * MaxFailureRatio || (_collected.Contains(batch.Id) && GivenFailureRatio is null)
            || (_jobs.Contains(batch.JobId) && session.Ledger.Batches.OfJob(batch.JobId).All(static b => b.State.IsOver())))
        {
            return;
        }

        string message = string.Create(
            CultureInfo.InvariantCulture,
            $"Of batch '{batch.ServiceId ?? batch.Key}' {failed} of {batch.RequestCount} requests failed: {batch.Counts.Errored} "
                + $"errored, {batch.Counts.Expired} expired, {batch.Counts.Canceled} canceled.");
        if (GivenFailureRatio is not null)
        {
            Fail(new ClaudeBatchException(FailureKind.InvalidData, "FailureRatioExceeded", message), Batch.From(batch));
        }
        else
        {
            Warn(message);
        }
    }

    private void WriteTimeoutErrors()
    {
        foreach (BatchRecord batch in _waiting.Values)
        {
            Fail(
                new ClaudeBatchException(
                    FailureKind.Timeout,
                    "WaitTimedOut",
                    $"Batch '{batch.ServiceId ?? batch.Key}' has not ended within {Timeout.TotalSeconds:0} seconds. It goes on; wait "
                        + $"again with Wait-ClaudeBatch -Job {batch.Job}."),
                Batch.From(batch));
        }
    }
}
