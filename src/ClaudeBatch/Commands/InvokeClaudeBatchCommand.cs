using System.Management.Automation;
using ClaudeBatch.Completers;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Pipeline;
using ClaudeBatch.Sessions;

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
public sealed partial class InvokeClaudeBatchCommand : SubmissionCommand
{
    // They say how requests are taken in.
    private static readonly string[] s_forRequests
        = [nameof(Force), nameof(OnConflict), nameof(Canary), nameof(WarmCache), nameof(MaxRequestsPerBatch), nameof(MaxBytesPerBatch)];

    private Staging? _staging;

    private JobRecord? _job;

    // The rows that came in; null where the job goes on with those it has.
    private InputRows? _rows;

    // The rows whose results were written; null where all are written in the end.
    private DecidedRows? _decided;

    private bool _isOutOfTime;

    private Acceptance? _acceptance;

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

    /// <summary>How long to wait at most. The job then goes on without this shell, as after Ctrl+C.</summary>
    [Parameter]
    [Alias("TimeoutSec")]
    [DurationTransformation]
    public TimeSpan Timeout { get; set; }

    /// <summary>
    /// Writes each result as soon as no further attempt at its request follows by itself, in place of all of them in the order of the input.
    /// </summary>
    [Parameter]
    public SwitchParameter AsCompleted { get; set; }

    /// <summary>Does not accept answers for which the block does not give exactly <c>$true</c>; the books keep why.</summary>
    [Parameter]
    [ValidateNotNull]
    public ScriptBlock? Accept { get; set; }

    /// <summary>Runs when the job has ended, once, with the job as <c>$_</c> and as its argument.</summary>
    [Parameter]
    [ValidateNotNull]
    public ScriptBlock? OnFinished { get; set; }

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
        : $"Nothing was canceled: job '{_job.Name}' goes on without this shell. {GoesOn(_job)}";

    private string GoesOn(JobRecord job)
    {
        string line = $"The same line again goes on where it was, and so does: Resume-ClaudeBatch -Job {job.Name}";
        return Tool is null ? line
            : $"{line} -Tool …. Where a call of a tool was stopped, nobody knows what it did: Repair-ClaudeBatch -Job {job.Name} lists it.";
    }

    protected override Task BeginAsync(CancellationToken cancellationToken)
        => !HasInput && s_forRequests.FirstOrDefault(IsGiven) is { } name
            ? throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "ParameterConflict",
                $"-{name} is about requests, and none come in: pipe them, or name files with -Path. Without -{name} the job goes on as it "
                    + "is.")
            : Begin(cancellationToken);

    private Task Begin(CancellationToken cancellationToken)
    {
        _bench = BenchOf(this);
        return base.BeginAsync(cancellationToken);
    }

    protected override async Task EndAsync(CancellationToken cancellationToken)
    {
        string? news = HasInput ? TakeRequests() : TakeJob();
        if (news is null)
        {
            return;
        }

        BatchSession session = Open();
        session.Bench = _bench;
        SetRounds(session, _job!, this);
        _job = session.Ledger.Jobs.Get(_job!.Id);
        if (IsWhatIf)
        {
            ShowCalls(session, _job, this);
        }

        _decided = AsCompleted ? new DecidedRows(session.Ledger, _job.MaxAttempts, row => _rows?.Has(row) != false) : null;
        if (!IsWorthAStep() || ShouldProcess($"job '{_job!.Name}', {news}", "Submit, wait, retry"))
        {
            await DriveAsync(session, cancellationToken);
        }

        Finish(session, cancellationToken);
        RunOnFinished(session, OnFinished, [session.Ledger.Jobs.Get(_job!.Id)]);
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

        _rows = input.Rows;
        SetLimits(input.Job, MaxAttempts, MaxFailureRatio, PriceList.FromDollars(MaxCost));
        return $"{Sentence.Count(input.Accepted, "new request")} in {Sentence.Count(input.NewBatches.Count, "part")}";
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
}
