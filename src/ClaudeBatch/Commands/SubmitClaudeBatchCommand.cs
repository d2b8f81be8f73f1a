using System.Management.Automation;
using ClaudeBatch.Completers;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Sending;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <summary>Reads all requests, seals them as a job, and sends its parts, each at most once.</summary>
[Cmdlet(
    VerbsLifecycle.Submit,
    "ClaudeBatch",
    DefaultParameterSetName = InputObjectSet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(Batch))]
public sealed class SubmitClaudeBatchCommand : SubmissionCommand
{
    private Delivery? _delivery;

    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(JobCompleter))]
    public string? Job { get; set; }

    /// <summary>How often a request may be sent in all, by this cmdlet and by Resume-ClaudeBatch; once where it is not given.</summary>
    [Parameter]
    [ValidateRange(1, 100)]
    public int MaxAttempts { get; set; } = 1;

    private protected override string? JobName
    {
        get => Job;
        set => Job = value;
    }

    private protected override int Attempts => MaxAttempts;

    private protected override string? StopAdvice => _delivery?.StopAdvice;

    protected override Task BeginAsync(CancellationToken cancellationToken) => HasInput
        ? base.BeginAsync(cancellationToken)
        : throw new ClaudeBatchException(
            FailureKind.InvalidArgument,
            "RequestsMissing",
            "There are no requests to submit. Pipe them in from New-ClaudeBatchRequest, or name JSON Lines files with -Path; a job that is "
                + "there already goes on with Resume-ClaudeBatch or Invoke-ClaudeBatch.");

    protected override async Task EndAsync(CancellationToken cancellationToken)
    {
        if (Seal() is not { } input)
        {
            return;
        }

        BatchSession session = OpenOrCreate();
        if (Job is not null)
        {
            SecondSend.Permit(session.Ledger, session.Ledger.Jobs.Get(input.Job.Id));
        }

        _delivery = new Delivery(
            session,
            batch => ShouldProcess(
                $"{Sentence.Count(batch.RequestCount, "request")}, {batch.SizeInBytes} bytes, part {batch.Part} of job '{batch.Job}'",
                "Submit batch"),
            note => WriteNotes([note]),
            batch => WriteOutput(Batch.From(batch)),
            Host.UI.WriteLine);
        await _delivery.RunAsync([.. input.ExistingBatches, .. input.NewBatches], cancellationToken);
    }
}
