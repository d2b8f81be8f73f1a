using System.Globalization;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Pipeline;
using ClaudeBatch.Sessions;
using JobState = ClaudeBatch.Core.Ledger.JobState;

namespace ClaudeBatch.Commands;

/// <content>Steps until the job is over, and what it says in the end.</content>
public sealed partial class InvokeClaudeBatchCommand
{
    private bool IsWorthAStep() => Open().Step.IsDue(_job!, isNamed: true);

    private async Task DriveAsync(BatchSession session, CancellationToken cancellationToken)
    {
        JobProgress progress = new(session.Ledger, WriteProgressRecord);
        JobStep step = session.Step;
        DateTimeOffset? end = IsGiven(nameof(Timeout)) ? session.Clock.GetUtcNow() + Timeout : null;
        try
        {
            // Only a person can end a pause. One step is run in case that has happened; a second would only find the same.
            bool isFirst = true;
            int idleSteps = 0;
            bool isPaused = false;
            while (!isPaused && idleSteps < MostIdleSteps && step.IsDue(session.Ledger.Jobs.Get(_job!.Id), isNamed: true))
            {
                WriteNotes(await step.RunAsync(session.Ledger.Jobs.Get(_job.Id), isAsked: isFirst, cancellationToken));
                isFirst = false;
                WriteDecided(_decided?.Next(_job), cancellationToken);
                IReadOnlyList<BatchRecord> batches = session.Ledger.Batches.OfJob(_job.Id);
                JobState state = JobStates.Of(session.Ledger, session.Ledger.Jobs.Get(_job.Id), batches);
                // What may be with the service is searched for also while the job waits for somebody, who may have done already what it
                // waits for.
                bool isSettling = batches.Any(static b => b.IsSettling);
                BatchRecord[] open = [.. batches.Where(static b => !b.State.IsFinal() && b.HeldFor is null)];
                // Where a person has to say something of one row or part, the others go on; but a part that is not sent waits for one of which
                // nobody knows whether it was.
                bool goesOn = open.Any(b => !b.IsAmbiguous && !(b.State.IsUnsent() && batches.Any(static a => a.IsAmbiguous)));
                isPaused = state == JobState.Stopped || (state == JobState.Paused && !isSettling)
                    || (state == JobState.Ambiguous && !goesOn && idleSteps > 0);
                idleSteps++;
                if ((goesOn || session.AreToolsRun(_job)) && !isPaused)
                {
                    progress.Update(batches);
                    idleSteps = 0;
                    TimeSpan wait = session.Round.NextWait(open, PollInterval > TimeSpan.Zero ? PollInterval : null);
                    TimeSpan? left = end - session.Clock.GetUtcNow();
                    if (left <= TimeSpan.Zero)
                    {
                        _isOutOfTime = true;
                        return;
                    }

                    await Task.Delay(left < wait ? left.Value : wait, session.Clock, cancellationToken);
                }
            }

            if (idleSteps == MostIdleSteps)
            {
                Warn($"Job '{_job!.Name}' has something left to do, and {MostIdleSteps} steps in a row have begun nothing. It is left as "
                    + "it is; Get-ClaudeBatchEvent says what was tried last.");
            }
        }
        finally
        {
            if (!Stopping)
            {
                progress.Complete();
            }
        }
    }

    // Of a job with other rows besides, a line gets the results of its own.
    private void Finish(BatchSession session, CancellationToken cancellationToken)
    {
        BatchJob job = BatchJob.From(session.Ledger, session.Ledger.Jobs.Get(_job!.Id));
        if (_isOutOfTime && job.Standing == JobState.Running)
        {
            Fail(
                new ClaudeBatchException(
                    FailureKind.Timeout,
                    "WaitTimedOut",
                    $"Job '{job.Name}' has not ended within {Timeout.TotalSeconds:0} seconds. Nothing was canceled: it goes on without this "
                        + $"shell. {GoesOn(_job)}"),
                job);
            return;
        }

        if (job.Standing != JobState.Finished)
        {
            if (IsWhatIf)
            {
                return; // nothing was tried
            }

            if (session.Ledger.Jobs.Get(_job.Id).PausedFor is { } cause && Told.Has(cause.ToString()))
            {
                return; // why was told when the job met with it
            }

            Fail(
                new ClaudeBatchException(
                    FailureKind.Conflict,
                    "JobNotFinished",
                    $"Job '{job.Name}' is {job.State}: {job.Message ?? "it waits for somebody."}")
                {
                    RecommendedAction = $"What it has so far: Get-ClaudeBatchResult -Job {job.Name}",
                },
                job);
            return;
        }

        if (WarmCache)
        {
            WriteCacheUseToHost(session);
        }

        BookCheck books = new Reconciler(session.Ledger).Check(session.Ledger.Jobs.Get(_job.Id));
        _decided ??= new DecidedRows(session.Ledger, _job.MaxAttempts, row => _rows?.Has(row) != false);
        WriteDecided(_decided.Rest(_job), cancellationToken);

        if (!books.IsReconciled)
        {
            Warn($"The books of job '{job.Name}' do not balance: {string.Join(" ", books.Problems.Select(static p => p.Message))} "
                + $"Compare-ClaudeBatch -Job {job.Name} lists the ids.");
        }

        TellEnd(session.Ledger.Jobs.Get(_job.Id), IsGiven(nameof(MaxFailureRatio)) ? MaxFailureRatio : null);
        _acceptance?.Complain(Warn);
    }

    private void WriteDecided(IEnumerable<CollectedResult>? results, CancellationToken cancellationToken)
    {
        Acceptance? acceptance = Accept is null ? null : _acceptance ??= new Acceptance(Accept);
        try
        {
            foreach (BatchResult result in BatchResult.From(results ?? []))
            {
                cancellationToken.ThrowIfCancellationRequested();
                acceptance?.Judge(result);
                WriteOutput(result);
            }
        }
        finally
        {
            // What comes after in the pipeline may end it, and what the user has seen of an answer is in the books then, too.
            acceptance?.News.Record(Open().Ledger);
        }
    }

    private void WriteCacheUseToHost(BatchSession session)
    {
        UsageBooks usage = new(session.Ledger, new PriceList(KnownModels.Of(Connection)));
        ModelUsage total = usage.Of(session.Ledger.Batches.OfJob(_job!.Id))
            .Aggregate(new ModelUsage("Total", 0, default, 0, 0, 0), static (sum, m) => sum.Plus(m));
        string saved = total.SavedByCache switch
        {
            null => "it saved an amount that is not known here",
            < 0 and var lost => $"it cost {PriceList.Text(PriceList.ToDollars(-lost))} more than it saved",
            { } amount => $"it saved {PriceList.Text(PriceList.ToDollars(amount))}",
        };
        WriteHostLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Cache of job '{_job.Name}': {total.Usage.CacheWrite5mTokens + total.Usage.CacheWrite1hTokens:N0} tokens written, "
                + $"{total.Usage.CacheReadTokens:N0} read; {saved}."));
    }
}
