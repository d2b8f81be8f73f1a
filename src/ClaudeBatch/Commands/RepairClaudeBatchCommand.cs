using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <summary>
/// Settles a part of which it is not known whether the service accepted it: lists the batches of the account that could be it, adopts one
/// of them, or gives the part up. Also imports a batch that another tool made. Of calls of tools that were begun and whose outcome is not known,
/// it takes what became of them.
/// </summary>
[Cmdlet(
    VerbsDiagnostic.Repair,
    "ClaudeBatch",
    DefaultParameterSetName = InputObjectSet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(Batch), typeof(ToolCall))]
public sealed partial class RepairClaudeBatchCommand : BatchCommand
{
    /// <summary>The service's id of the batch to adopt for the part or, with the name of a new job, of a batch to import.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Adopt { get; set; }

    /// <summary>Gives the part up. Its rows count as not submitted, so that submitting the same input sends them again.</summary>
    [Parameter]
    public SwitchParameter Abandon { get; set; }

    private protected override string? WholeBatches => Abandon || Adopt is not null ? "settles" : null;

    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        if (Adopt is not null && Abandon)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "ParameterConflict",
                "-Adopt and -Abandon exclude each other; give one of them.");
        }

        string[] jobs = ParameterSetName == InputObjectSet ? [.. InputObject.Where(static r => r.IsName).Select(static r => r.Job!)] : Job;
        if (Adopt is not null && jobs.Length > 0)
        {
            if (jobs is not [string name] || WildcardPattern.ContainsWildcardCharacters(name))
            {
                throw new ClaudeBatchException(
                    FailureKind.InvalidArgument,
                    "JobNameInvalid",
                    $"-Adopt takes one batch for one job, and '{string.Join(", ", jobs)}' may be several. Give the job's name, without "
                        + "wildcards.")
                { Target = jobs };
            }

            if (!HasOpen(name))
            {
                await ImportAsync(name, cancellationToken);
                return;
            }
        }

        CheckCalls();
        JobRecord[] named = [.. ResolveJobs()];
        if (CallId.Length > 0)
        {
            SettleCalls(named);
            return;
        }

        if (!Abandon && Adopt is null)
        {
            ListCalls(named);
        }

        IEnumerable<BatchRecord> ofJobs = named.SelectMany(j => Open().Ledger.Batches.OfJob(j.Id));
        foreach (BatchRecord batch in ofJobs.Where(static b => b.State == BatchState.Unconfirmed).Concat(ResolveBatches()).ToArray())
        {
            try
            {
                await RepairAsync(batch, cancellationToken);
            }
            catch (ClaudeBatchException failure) when (!failure.IsFatal)
            {
                Fail(failure, Batch.From(batch));
            }

            WriteVerboseRetries();
        }
    }

    private bool HasOpen(string name) => TryOpen() is { } session
        && session.Ledger.Jobs.Find(name) is { } job
        && session.Ledger.Batches.OfJob(job.Id).Any(static b => b.State == BatchState.Unconfirmed);

    private async Task ImportAsync(string name, CancellationToken cancellationToken)
    {
        if (ShouldProcess($"batch '{Adopt}' as job '{name}'", "Take over"))
        {
            WriteOutput(Batch.From(await OpenOrCreate().Repair.ImportAsync(name, Adopt!, cancellationToken)));
        }
    }

    private async Task RepairAsync(BatchRecord batch, CancellationToken cancellationToken)
    {
        BatchSession session = Open();
        if (Adopt is not null)
        {
            if (ShouldProcess($"batch '{Adopt}' for part {batch.Part} of job '{batch.Job}'", "Take"))
            {
                WriteOutput(Batch.From(await session.Repair.AdoptAsync(batch, Adopt, cancellationToken)));
            }

            return;
        }

        if (Abandon)
        {
            if (ShouldProcess($"part {batch.Part} of job '{batch.Job}' with {Sentence.Count(batch.RequestCount, "request")}", "Give up"))
            {
                WriteOutput(Batch.From(session.Repair.Abandon(batch)));
            }

            return;
        }

        IReadOnlyList<MessageBatch> candidates = await session.Repair.CandidatesAsync(batch, cancellationToken);
        if (candidates.Count == 0)
        {
            Warn($"The account lists no batch that could be part {batch.Part} of job '{batch.Job}'. -Abandon gives it up; the same "
                + $"submitting line then sends it anew.");
        }

        foreach (MessageBatch candidate in candidates)
        {
            WriteOutput(Batch.Candidate(batch, candidate));
        }
    }
}
