using System.Management.Automation;
using System.Runtime.CompilerServices;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Output;
using ClaudeBatch.Pipeline;
using ClaudeBatch.Rows;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <summary>Base of the cmdlets that read all requests and seal them as a job.</summary>
public abstract partial class SubmissionCommand : ConnectedCommand
{
    private JobInput? _input;

    private InputPreview? _preview;

    private CostEstimate? _estimate;

    private readonly RowFaults _faults = new();

    // How many objects or lines came in, also those that are no requests.
    private long _given;

    private ReadingProgress? _reading;

    private protected const string InputObjectSet = "InputObject";

    private const string PathSet = "Path";

    private const string LiteralPathSet = "LiteralPath";

    // Not mandatory: a shell would ask for it, and what is typed there is no request.
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = InputObjectSet)]
    [AllowNull]
    public object? InputObject { get; set; }

    /// <summary>JSON Lines files to read in place of requests from the pipeline.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [PathTransformation(isLiteral: false)]
    public string[] Path { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    [PathTransformation(isLiteral: true)]
    public string[] LiteralPath { get; set; } = [];

    [Parameter]
    [ValidateRange(1, SpoolLimits.MostRequests)]
    public int MaxRequestsPerBatch { get; set; } = SpoolLimits.MostRequests;

    [Parameter]
    [ValidateRange(100, SpoolLimits.MostBytes)]
    public long MaxBytesPerBatch { get; set; } = SpoolLimits.MostBytes;

    /// <summary>The most that the requests may cost, in USD. The high end of the estimate is compared before anything is sent.</summary>
    [Parameter]
    [ValidateRange(0, PriceList.MostDollars)]
    public decimal? MaxCost { get; set; }

    /// <summary>Sends requests again that the job has already.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>What becomes of rows that the job has with another request: <c>Refuse</c>, <c>Keep</c> or <c>Replace</c>.</summary>
    [Parameter]
    [ValidateSet(nameof(ConflictRule.Refuse), nameof(ConflictRule.Keep), nameof(ConflictRule.Replace))]
    public string OnConflict { get; set; } = nameof(ConflictRule.Refuse);

    /// <summary>Whether requests are to come: through the pipeline, which may turn out to be empty, as an argument, or from files.</summary>
    private protected bool HasInput => ParameterSetName != InputObjectSet || MyInvocation.ExpectingInput || IsGiven(nameof(InputObject));

    private protected abstract string? JobName { get; set; }

    private protected abstract int Attempts { get; }

    /// <summary>Which requests are sent before the others; null when all are sent together.</summary>
    private protected virtual Staging? Stages => null;

    protected override Task BeginAsync(CancellationToken cancellationToken)
    {
        if (Force && IsGiven(nameof(OnConflict)))
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument, "ParameterConflict", "-Force sends all rows again, and -OnConflict says what becomes of those "
                    + "that differ; give one of them.");
        }

        if (JobName is not null)
        {
            Core.Input.JobName.Check(JobName, name => TryOpen()?.Ledger.Jobs.Find(name) is not null);
        }

        return Task.CompletedTask;
    }

    // Not asynchronous: a row takes microseconds, and the pump would double that.
    [MethodImpl(Hot.AtOnce)]
    protected override void ProcessRecord()
    {
        if (ParameterSetName == InputObjectSet)
        {
            foreach (object? given in !HasInput ? [] : Bundle is { } bundle ? bundle.Requests : PipelineInput.Of(this, InputObject))
            {
                InputObject = given;
                _given++;
                Guard(AddRow, InputObject);
                Reading.Update(JobName, _given);
            }

            return;
        }

        bool isLiteral = ParameterSetName == LiteralPathSet;
        foreach (string given in isLiteral ? LiteralPath : Path)
        {
            Guard(() => AddFiles(given, isLiteral), given);
        }
    }

    /// <summary>
    /// Seals the requests read, once the input has ended. Returns null when there were none, and under <c>-WhatIf</c>.
    /// </summary>
    private protected SealedInput? Seal()
    {
        Reading.Complete();
        foreach (ClaudeBatchException fault in _faults.ToErrors())
        {
            Fail(fault);
        }

        if (_preview is not null)
        {
            WarnOfTools();
            WriteFindings([.. _preview.Findings]);
            ShouldProcess(DryRun.Describe(_preview, Estimate, JobName), "Submit batches");
            if (DryRun.UploadAdvice(_preview) is { } advice)
            {
                WriteHostLine(advice);
            }

            if (_preview.Obstacle(MaxCost) is { } obstacle)
            {
                Fail(obstacle); // as the real run would end
            }

            return null;
        }

        if (_input is null)
        {
            Warn("No requests came in; nothing was submitted.");
            return null;
        }

        SealedInput input = _input.Seal(MaxCost);
        _input.Dispose();
        _input = null;
        WarnOfTools();
        WriteFindings(input.Findings);
        Tell(input);
        return input;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _input?.Dispose();
            _preview?.Dispose();
        }

        base.Dispose(disposing);
    }

    private RequestBundle? Bundle => (InputObject is PSObject wrapped ? wrapped.BaseObject : InputObject) as RequestBundle;

    private CostEstimate Estimate => _estimate ??= new CostEstimate(KnownModels.Of(Connection));

    private SpoolLimits Limits => new(MaxRequestsPerBatch, MaxBytesPerBatch);
}
