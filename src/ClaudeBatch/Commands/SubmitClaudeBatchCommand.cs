using System.Globalization;
using System.Management.Automation;
using ClaudeBatch.Connections;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Submission;
using ClaudeBatch.Pipeline;

namespace ClaudeBatch.Commands;

/// <summary>Takes requests to their end, seals them as a job, and sends its parts, each at most once.</summary>
[Cmdlet(VerbsLifecycle.Submit, "ClaudeBatch", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(Batch))]
public sealed class SubmitClaudeBatchCommand : ConnectedCommand
{
    private JobInput? _input;

    private DryRun? _dryRun;

    private long _rows;

    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [AllowNull]
    public object? InputObject { get; set; }

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Job { get; set; }

    [Parameter]
    [ValidateRange(1, SpoolLimits.MostRequests)]
    public int MaxRequestsPerBatch { get; set; } = SpoolLimits.MostRequests;

    [Parameter]
    [ValidateRange(100, SpoolLimits.MostBytes)]
    public long MaxBytesPerBatch { get; set; } = SpoolLimits.MostBytes;

    [Parameter]
    [ValidateRange(1, 100)]
    public int MaxAttempts { get; set; } = 1;

    /// <summary>The most these requests may cost, in USD; by the high end of the estimate, before anything is sent.</summary>
    [Parameter]
    [ValidateRange(0, double.MaxValue)]
    public decimal? MaxCost { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    private SpoolLimits Limits => new(MaxRequestsPerBatch, MaxBytesPerBatch);

    protected override Task BeginAsync(CancellationToken cancellationToken)
    {
        if (Job is not null)
        {
            JobName.Check(Job);
        }

        return Task.CompletedTask;
    }

    // A row costs microseconds; the asynchronous pump would double that.
    protected override void ProcessRecord() => Guard(AddRow, InputObject);

    protected override async Task EndAsync(CancellationToken cancellationToken)
    {
        if (_dryRun is not null)
        {
            ShouldProcess(_dryRun.Describe(Job), "Submit batches");
            return;
        }

        if (_input is null)
        {
            Warn("No requests came in; nothing was submitted.");
            return;
        }

        SealedInput input = _input.Seal(MaxCost);
        _input.Dispose();
        _input = null;
        Report(input.Findings);

        if (input.AlreadyThere > 0)
        {
            Tell(string.Create(
                CultureInfo.InvariantCulture, $"Job '{input.Job.Name}' has {input.AlreadyThere} of these requests already; they are not sent again."));
        }

        Delivery delivery = new(
            OpenOrCreate(),
            batch => ShouldProcess($"{batch.RequestCount} requests, {batch.SizeInBytes} bytes, part {batch.Part} of job '{batch.Job}'", "Submit batch"),
            note => Say([note]),
            batch => Emit(Batch.From(batch)));
        await delivery.RunAsync(input.ExistingBatches.Concat(input.NewBatches), cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _input?.Dispose();
        }

        base.Dispose(disposing);
    }

    private void AddRow()
    {
        _rows++;
        BatchRequest request = BatchRequest.From(InputObject);
        if (IsWhatIf)
        {
            _dryRun ??= new DryRun(Limits, OpenService().Checker(), new CostEstimate(Models.Current));
            _dryRun.Add(request.Utf8.Span);
            return;
        }

        _input ??= TryOpenInput();
        _input.Add(request.CustomId!, request.Utf8.Span, request.SourceUtf8.Span);
    }

    private bool IsWhatIf => _isWhatIf ??= MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? given)
        ? ((SwitchParameter)given).IsPresent
        : LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference"));

    private bool? _isWhatIf;

    // What keeps the job from being opened for this row keeps it from being opened for the next.
    private JobInput TryOpenInput()
    {
        try
        {
            return OpenInput();
        }
        catch (ClaudeBatchException failure)
        {
            ThrowTerminatingError(failure.ToErrorRecord(Job));
            throw;
        }
    }

    private JobInput OpenInput()
    {
        ServiceConnection service = ConnectionDefaults.Resolve(Connection).ToService(); // before a ledger is made: without a key there is no job
        BatchSession session = OpenOrCreate();
        if (Job is null)
        {
            Job = JobName.FromTime(session.Clock.GetUtcNow());
            Warn($"No -Job was given; this one is '{Job}'. Running the line again would pay again; with -Job it would not.");
        }

        if (!session.Service.IsEmulator && service.BaseAddress != ServiceConnection.DefaultBaseAddress && session.Ledger.Jobs.Find(Job) is null)
        {
            Warn($"Job '{Job}' goes to '{service.BaseAddress}'. That nothing is paid twice holds as long as nothing on the way repeats a POST: have it switched off there.");
        }

        return JobInput.Open(session.Ledger, Job, service, Limits, MaxAttempts, Force, session.Service.Checker(), new CostEstimate(Models.Current));
    }

    private void Report(IReadOnlyList<Finding> findings)
    {
        foreach (Finding finding in findings)
        {
            if (finding.Fault.IsError)
            {
                Fail(new ClaudeBatchException(FailureKind.InvalidRequest, finding.Fault.Id, $"Left out: {finding}") { Target = finding.CustomIds[0] });
            }
            else
            {
                Warn(finding.ToString());
            }
        }
    }
}
