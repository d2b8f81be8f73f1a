using System.Globalization;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Pipeline;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <content>Says what has become of the requests that were read.</content>
public abstract partial class SubmissionCommand
{
    // Warns and does not prompt, so that a scheduled script is not held up.
    private void WarnOfTools()
    {
        foreach (string note in Estimate.BeforeSending(isCapped: MaxCost is not null))
        {
            Warn(note);
        }
    }

    private void WriteFindings(IReadOnlyList<Finding> findings)
    {
        foreach (Finding finding in findings)
        {
            if (finding.Fault.IsError)
            {
                Fail(new ClaudeBatchException(FailureKind.InvalidRequest, finding.Fault.Id, $"Left out: {finding}") {
                    Target = finding.CustomIds[0] });
            }
            else if (!Told.Has(finding.Fault.Message))
            {
                Warn(finding.ToString());
            }
        }
    }

    private void Tell(SealedInput input)
    {
        string job = input.Job.Name;
        if (input is { Accepted: 0, AlreadyThere: 0, Refused: > 0 })
        {
            Warn($"Nothing of job '{job}' is sent: what came in, {Sentence.Count(input.Refused, "request")}, was left out.");
        }

        if (input.AlreadyThere > input.Kept)
        {
            WriteVerboseLine(string.Create(
                CultureInfo.InvariantCulture,
                $"Job '{job}' has {input.AlreadyThere - input.Kept} of these requests already; they are not sent again."));
        }

        if (input.Kept > 0)
        {
            WriteHostLine(string.Create(
                CultureInfo.InvariantCulture,
                $"Job '{job}' has {input.Kept} of these requests in another form. What was sent stands, and so do its answers."));
        }

        if (input.Replaced > 0)
        {
            WriteHostLine($"Changed in job '{job}', and sent once more: {Sentence.Count(input.Replaced, "request")}. What this line sends, "
                + $"{Sentence.Count(input.Accepted, "request")}, costs {DryRun.CostOf(Estimate)}; what the earlier answers have cost stays "
                + "in the sums of the job.");
        }

        if (input.Rows.Absent > 0)
        {
            string others = Sentence.Count(input.Rows.Absent, "request that is", "requests that are");
            WriteHostLine($"Job '{job}' has {others} not in this input. The results of all: Get-ClaudeBatchResult -Job {job}");
        }
    }
}
