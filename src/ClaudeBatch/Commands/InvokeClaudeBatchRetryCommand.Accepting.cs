using System.Globalization;
using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Retries;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <content>Answers that a check of the user's own does not accept, and the reason that the model is told.</content>
public sealed partial class InvokeClaudeBatchRetryCommand
{
    /// <summary>Does not accept answers for which the block does not give exactly <c>$true</c>, before any is chosen; the books keep why.</summary>
    [Parameter]
    [ValidateNotNull]
    public ScriptBlock? Accept { get; set; }

    /// <summary>Tells the model its answer and why it is not complete, as a turn of the user, in place of asking the same once more.</summary>
    [Parameter]
    public SwitchParameter WithReason { get; set; }

    private void CheckReasons()
    {
        bool isAnother = Template is not null || Repair is not null;
        if (WithReason && (isAnother || !(Incomplete || IsGiven(nameof(InputObject)) || MyInvocation.ExpectingInput)))
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "ParameterConflict",
                !isAnother
                    ? "-WithReason is about answers that are not complete: give -Incomplete, or pipe the results."
                    : "-WithReason makes the request of the answer and its reason, and -Template and -Repair make another; give one of "
                        + "them.");
        }
    }

    // A conversation that begins anew would call its tools once more.
    private static void RefuseAnew(BatchRecord batch, AttemptRecord attempt, BatchTemplate? template)
    {
        if (template?.Prompt is not null && batch.Round > 1)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidRequest,
                "ConversationBegun",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Request '{attempt.CustomId}' is left as it is: its conversation is in round {batch.Round}, and a template with "
                        + $"a prompt would begin it anew and run its tools again. Without -Template its round is tried again; another "
                        + $"job begins it anew."))
            { Target = attempt.CustomId };
        }
    }

    // Counts the requests by the reason why they are sent again. To find them may read each answer, so it is done once.
    private Dictionary<string, long> Reasons(IEnumerable<RetryCandidate> candidates)
    {
        Dictionary<string, long> reasons = [];
        long conversations = 0;
        foreach (RetryCandidate candidate in candidates)
        {
            reasons[candidate.Reason] = reasons.GetValueOrDefault(candidate.Reason) + 1;
            conversations += candidate.Batch.Round > 1 ? 1 : 0;
        }

        if (Model is not null && conversations > 0)
        {
            Warn($"{Sentence.Count(conversations, "request is", "requests are")} in the middle of a conversation. What the model before "
                + $"has thought is left out where {Model} cannot read it, and the service says so in input_transformations of the answer "
                + "only.");
        }

        return reasons;
    }

    // The verdicts are not written before the user has said that something is to be done.
    private Verdicts Judge(BatchSession session, JobRecord job, PipedResults? piped, CancellationToken cancellationToken)
    {
        if (Accept is null)
        {
            return piped?.Marks(session.Ledger, job) ?? new Verdicts();
        }

        Acceptance acceptance = new(Accept);
        using (ResultReader reader = new(session.Ledger))
        {
            BatchRecord[] batches = [.. session.Ledger.Batches.OfJob(job.Id).Where(static b => b.State == BatchState.Collected)];
            foreach (BatchResult result in BatchResult.From(reader.InOrder(batches)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (piped?.CustomIds.Contains(result.CustomId!) != false)
                {
                    acceptance.Judge(result);
                }
            }
        }

        acceptance.Complain(Warn);
        return acceptance.News;
    }
}
