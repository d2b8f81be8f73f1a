using System.Globalization;
using System.Management.Automation;
using ClaudeBatch.Completers;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Pipeline;
using ClaudeBatch.Sessions;
using JobState = ClaudeBatch.Core.Ledger.JobState;

namespace ClaudeBatch.Commands;

/// <summary>
/// Submits requests, waits, collects, retries, and writes the results. Run again after an interruption, it continues the same job.
/// </summary>
[Cmdlet(
    VerbsLifecycle.Invoke,
    "ClaudeBatch",
    DefaultParameterSetName = InputObjectSet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(BatchResult))]
public sealed class InvokeClaudeBatchCommand : SubmissionCommand
{
    // They say how requests are taken in.
    private static readonly string[] s_forRequests
        = [nameof(Force), nameof(Canary), nameof(WarmCache), nameof(MaxRequestsPerBatch), nameof(MaxBytesPerBatch)];

    private Staging? _staging;

    private JobRecord? _job;

    [Parameter(Mandatory = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(JobCompleter))]
    public string? Job { get; set; }

    /// <summary>How often a request is sent at most.</summary>
    [Parameter]
    [ValidateRange(1, 100)]
    public int MaxAttempts { get; set; } = 3;

    /// <summary>Sends this many requests first. Their failures, fit to the schema, and cost decide whether the others follow.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int Canary { get; set; }

    /// <summary>Sends one request of each shared prefix first, so that the others read the prefix from the cache.</summary>
    [Parameter]
    public SwitchParameter WarmCache { get; set; }

    /// <summary>The share of the canary's requests, 0 to 1, that may fail or be incomplete before the job is paused.</summary>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    public double MaxFailureRatio { get; set; } = StageGate.DefaultFailureRatio;

    [Parameter]
    [Alias("PollIntervalSec")]
    [DurationTransformation]
    public TimeSpan PollInterval { get; set; }

    private protected override string? JobName
    {
        get => Job;
        set => Job = value;
    }

    // A step that leaves nothing to wait for may be followed by one that retries; after that, the next would do the same again.
    private const int MostIdleSteps = 3;

    private protected override int Attempts => MaxAttempts;

    private protected override Staging? Stages => _staging ??= Canary > 0 || WarmCache ? new Staging(Canary, WarmCache) : null;

    private protected override string? StopAdvice => _job is null
        ? null
        : $"Nothing was canceled: job '{_job.Name}' goes on without this shell. The same line again goes on where it was, and so does: "
            + $"Resume-ClaudeBatch -Job {_job.Name}";

    protected override Task BeginAsync(CancellationToken cancellationToken)
        => !HasInput && s_forRequests.FirstOrDefault(IsGiven) is { } name
            ? throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "ParameterConflict",
                $"-{name} is about requests, and none come in: pipe them, or name files with -Path. Without -{name} the job goes on as it "
                    + "is.")
            : base.BeginAsync(cancellationToken);

    protected override async Task EndAsync(CancellationToken cancellationToken)
    {
        string? news = HasInput ? TakeRequests() : TakeJob();
        if (news is null)
        {
            return;
        }

        BatchSession session = Open();
        if (!IsWorthAStep() || ShouldProcess($"job '{_job!.Name}', {news}", "Submit, wait, retry"))
        {
            await DriveAsync(session, cancellationToken);
        }

        Finish(session, cancellationToken);
        _job = null;
    }

    /// <summary>Seals the requests that came in. Returns what is new in the job, in words; null where nothing is to be done.</summary>
    private string? TakeRequests()
    {
        if (Seal() is not { } input)
        {
            return null;
        }

        if (_staging?.HasNothingToWarm == true && input.Accepted > 0)
        {
            Warn("No request is marked for the cache, so -WarmCache had nothing to warm; mark what all of them share with -CacheSystem.");
        }

        SetLimits(input.Job, MaxAttempts, MaxFailureRatio, PriceList.FromDollars(MaxCost));
        return string.Create(CultureInfo.InvariantCulture, $"{input.Accepted} new requests in {input.NewBatches.Count} parts");
    }

    /// <summary>
    /// Takes up the job that <c>-Job</c> names, whose limits stay where none are given. Writes an error and returns null where there is no
    /// such job.
    /// </summary>
    private string? TakeJob()
    {
        if (JobOf(Job!, identity: null, Job!) is not [{ } job])
        {
            return null;
        }

        SetLimits(
            job,
            IsGiven(nameof(MaxAttempts)) ? MaxAttempts : job.MaxAttempts,
            IsGiven(nameof(MaxFailureRatio)) ? MaxFailureRatio : job.MaxFailureRatio,
            MaxCost is null ? job.MaxCostInPicodollars : PriceList.FromDollars(MaxCost));
        return "no new requests";
    }

    private void SetLimits(JobRecord job, int attempts, double? failureRatio, long? cost)
    {
        if (!IsWhatIf)
        {
            Open().Ledger.Jobs.SetLimits(job, attempts, failureRatio, cost);
        }

        _job = Open().Ledger.Jobs.Get(job.Id);
    }

    private bool IsWorthAStep() => Open().Step.IsDue(_job!, isNamed: true);

    private async Task DriveAsync(BatchSession session, CancellationToken cancellationToken)
    {
        JobProgress progress = new(session.Clock, WriteProgressRecord);
        JobStep step = session.Step;
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
                IReadOnlyList<BatchRecord> batches = session.Ledger.Batches.OfJob(_job.Id);
                JobState state = JobStates.Of(session.Ledger.Folder, session.Ledger.Jobs.Get(_job.Id), batches);
                isPaused = state is JobState.Paused or JobState.Ambiguous or JobState.Stopped;
                BatchRecord[] open = [.. batches.Where(static b => !b.State.IsFinal() && b.HeldFor is null)];
                idleSteps++;
                if (open.Length > 0 && !isPaused)
                {
                    progress.Update(batches);
                    idleSteps = 0;
                    await Task.Delay(
                        session.Round.NextWait(open, PollInterval > TimeSpan.Zero ? PollInterval : null),
                        session.Clock,
                        cancellationToken);
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

    private void Finish(BatchSession session, CancellationToken cancellationToken)
    {
        BatchJob job = BatchJob.From(session.Ledger, session.Ledger.Jobs.Get(_job!.Id));
        if (job.Standing != JobState.Finished)
        {
            if (session.Ledger.Jobs.Get(_job.Id).PausedFor is { } cause && Told.Has(cause.ToString()))
            {
                return; // why was told when the job met with it
            }

            Fail(
                new ClaudeBatchException(
                    FailureKind.Conflict,
                    "JobNotFinished",
                    $"Job '{job.Name}' is {job.State}: {job.Message ?? "it waits for somebody."} What it has so far: "
                        + $"Get-ClaudeBatchResult -Job {job.Name}"),
                job);
            return;
        }

        if (WarmCache)
        {
            WriteCacheUseToHost(session);
        }

        BookCheck books = new Reconciler(session.Ledger).Check(session.Ledger.Jobs.Get(_job.Id));
        using (ResultReader reader = new(session.Ledger))
        {
            IEnumerable<BatchRecord> over = session.Ledger.Batches.OfJob(_job.Id)
                .Where(static b => b.State is BatchState.Collected or BatchState.Lost or BatchState.Deleted);
            foreach (BatchResult result in BatchResult.From(reader.InOrder(over)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                WriteOutput(result);
            }
        }

        if (!books.IsReconciled)
        {
            Warn($"The books of job '{job.Name}' do not balance: {string.Join(" ", books.Problems.Select(static p => p.Message))} "
                + $"Compare-ClaudeBatch -Job {job.Name} lists the ids.");
        }
    }

    private void WriteCacheUseToHost(BatchSession session)
    {
        UsageBooks usage = new(session.Ledger, new PriceList(KnownModels.Of(Connection)));
        ModelUsage total = usage.Of(session.Ledger.Batches.OfJob(_job!.Id))
            .Aggregate(new ModelUsage("Total", 0, default, 0, 0, 0), static (sum, m) => sum.Plus(m));
        string saved = total.SavedByCache is { } amount ? PriceList.Text(PriceList.ToDollars(amount)) : "an amount that is not known here";
        WriteHostLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Cache of job '{_job.Name}': {total.Usage.CacheWrite5mTokens + total.Usage.CacheWrite1hTokens:N0} tokens written, "
                + $"{total.Usage.CacheReadTokens:N0} read; it saved {saved}."));
    }
}
