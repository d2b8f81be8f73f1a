using System.Globalization;
using System.Management.Automation;
using ClaudeBatch.Completers;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Retries;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <summary>Sends only the failed requests of a job again, unchanged or changed, as another attempt of the same job.</summary>
[Cmdlet(
    VerbsLifecycle.Invoke,
    "ClaudeBatchRetry",
    DefaultParameterSetName = InputObjectSet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(Batch))]
public sealed partial class InvokeClaudeBatchRetryCommand : BatchCommand
{
    // By job, the piped results; null where a batch or the job itself was given, which means all requests.
    private readonly Dictionary<long, PipedResults?> _jobs = [];

    // A result that succeeded was piped in. Whoever pipes it wants it sent again, so incomplete answers are retried, too.
    private bool _hasAnswers;

    private Delivery? _delivery;

    [Parameter]
    [ValidateSet("Errored", "Canceled", "Expired", "Unknown", "Missing")]
    public string[] Status { get; set; } = [];

    [Parameter]
    [ValidateSet("Transient", "Permanent", "OperatorFixable")]
    public string[] FailureClass { get; set; } = [];

    /// <summary>Leaves out requests that have been sent this often.</summary>
    [Parameter]
    [ValidateRange(1, 100)]
    public int MaxAttempts { get; set; } = 5;

    /// <summary>Also retries answers that succeeded but were cut off, were refused, or do not fit their schema.</summary>
    [Parameter]
    public SwitchParameter Incomplete { get; set; }

    /// <summary>The template that replaces the one of the requests. Permanent failures are then retried, too.</summary>
    [Parameter]
    [ValidateNotNull]
    public object? Template { get; set; }

    /// <summary>
    /// Is called with each request and its result, and returns the changed request or its params. Where it returns nothing, the request is
    /// not sent again. Permanent failures are then retried, too.
    /// </summary>
    [Parameter]
    [ValidateNotNull]
    public ScriptBlock? Repair { get; set; }

    /// <summary>Also retries answers that were cut off at max_tokens, with the limit multiplied by this factor.</summary>
    [Parameter]
    [ValidateRange(1.01, 1000)]
    public double? MaxTokensFactor { get; set; }

    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ModelCompleter))]
    public string? Model { get; set; }

    private bool Rewrites => WithReason || Template is not null || Repair is not null || MaxTokensFactor is not null || Model is not null;

    protected override Task BeginAsync(CancellationToken cancellationToken)
    {
        CheckReasons();
        return base.BeginAsync(cancellationToken);
    }

    protected override Task ProcessAsync(CancellationToken cancellationToken)
    {
        foreach (JobRecord job in ResolveJobs())
        {
            _jobs[job.Id] = null;
        }

        if (ParameterSetName == IdSet)
        {
            foreach (BatchRecord batch in ResolveBatches())
            {
                _jobs[batch.JobId] = null;
            }

            return Task.CompletedTask;
        }

        foreach (BatchReference reference in InputObject.Where(static r => r.Job is null))
        {
            foreach (BatchRecord batch in BatchesOf(reference))
            {
                AddReference(batch.JobId, reference);
            }
        }

        return Task.CompletedTask;
    }

    private protected override string? StopAdvice => _delivery?.StopAdvice;

    protected override async Task EndAsync(CancellationToken cancellationToken)
    {
        foreach ((long id, PipedResults? piped) in _jobs)
        {
            try
            {
                await RetryAsync(Open(), id, piped, cancellationToken);
            }
            catch (ClaudeBatchException failure) when (!failure.IsFatal)
            {
                Fail(failure);
            }
        }
    }

    private void AddReference(long jobId, BatchReference reference)
    {
        if (reference.CustomId is null)
        {
            _jobs[jobId] = null;
            return;
        }

        _hasAnswers |= reference.Answer is not null;
        _jobs.TryAdd(jobId, new PipedResults());
        _jobs[jobId]?.Add(reference);
    }

    private RetryFilter Filter(PipedResults? piped, Verdicts verdicts)
    {
        HashSet<FailureClass>? classes = Choices.Of<FailureClass>(FailureClass);
        if (classes is null && Status.Length == 0 && (Template is not null || Repair is not null))
        {
            classes = [Core.Ledger.FailureClass.Transient, Core.Ledger.FailureClass.Permanent];
        }

        return new RetryFilter
        {
            Statuses = Choices.Of<Outcome>(Status),
            Classes = classes,
            MaxAttempts = MaxAttempts,
            CustomIds = piped?.CustomIds,
            Judged = verdicts.Of,
            TakesCut = MaxTokensFactor is not null,
            TakesIncomplete = Incomplete || _hasAnswers,
        };
    }

    private async Task RetryAsync(BatchSession session, long jobId, PipedResults? piped, CancellationToken cancellationToken)
    {
        JobRecord job = session.Ledger.Jobs.Get(jobId);
        JobBinding.Check(job, session.Service.Address);
        Verdicts verdicts = Judge(session, job, piped, cancellationToken);
        RetryFilter filter = Filter(piped, verdicts);
        RetryPlanner planner = new(session.Ledger);
        Dictionary<string, long> reasons = Reasons(planner.Candidates(job, filter));
        // A retry does not send what waits for an operator. The pause reason tells the user what to do about it.
        if (job.PauseReason is { } pause && filter.Classes?.Contains(Core.Ledger.FailureClass.OperatorFixable) != true)
        {
            Warn($"Job '{job.Name}' is paused: {pause}");
        }

        if (reasons.Count == 0)
        {
            if (!IsWhatIf)
            {
                verdicts.Record(session.Ledger);
            }

            WriteHostLine(LeftOut.Describe(session.Ledger, job, filter));
            return;
        }

        string why = string.Join(", ", reasons.Select(static r => string.Create(CultureInfo.InvariantCulture, $"{r.Value} {r.Key}")));
        if (!ShouldProcess(
            $"{Sentence.Count(reasons.Values.Sum(), "request")} of job '{job.Name}' ({why})",
            Rewrites ? "Send again, changed" : "Send again"))
        {
            return;
        }

        verdicts.Record(session.Ledger);
        using RewrittenRequests? rewritten = Rewrites ? Rewrite(session, job, planner.Candidates(job, filter), cancellationToken) : null;
        if (rewritten?.Count == 0)
        {
            WriteHostLine($"Nothing of job '{job.Name}' is sent again: none of the {why} was given in another form.");
            return;
        }

        List<string> said = [];
        RenewedFiles? files = await new FileRenewal(session.Ledger, session.Api, said.Add).RunAsync(job, filter, cancellationToken);
        said.ForEach(WriteVerboseLine);
        foreach (ClaudeBatchException failure in files?.Failures ?? [])
        {
            Fail(failure, job.Name);
        }

        // What is sent of a stopped job is canceled by its next step.
        if (job.StoppedAt is not null)
        {
            session.Ledger.Restart(job);
            WriteHostLine($"Job '{job.Name}' was stopped, and is taken up again.");
        }

        IReadOnlyList<BatchRecord> again = planner.Plan(job, filter, SpoolLimits.Of(job), rewritten, files);
        if (again.Count == 0 && session.Ledger.Jobs.Get(job.Id).StoppedAt is not null)
        {
            Warn($"Job '{job.Name}' was stopped meanwhile, so nothing of it is sent again.");
        }

        _delivery = new Delivery(
            session, static _ => true, note => WriteNotes([note]), batch => WriteOutput(Batch.From(batch)), Host.UI.WriteLine);
        await _delivery.RunAsync(again, cancellationToken);
    }
}
