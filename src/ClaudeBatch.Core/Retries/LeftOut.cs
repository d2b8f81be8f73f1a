using System.Globalization;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Retries;

/// <summary>Says why a retry of a job takes nothing: what there is, and by which switch it is taken.</summary>
public static class LeftOut
{
    private const string Incomplete = "-Incomplete";

    private const string OtherAnswer = "have another answer that cannot be used as it is";

    /// <summary>Makes the sentence.</summary>
    /// <param name="ledger">The open ledger.</param>
    /// <param name="job">The job.</param>
    /// <param name="filter">The filter that took nothing.</param>
    public static string Describe(JobLedger ledger, JobRecord job, RetryFilter filter)
    {
        List<(string What, string How, long Count)> found = [];
        foreach (BatchRecord batch in ledger.Batches.OfJob(job.Id))
        {
            foreach (EndCount end in ledger.Attempts.Ends(batch))
            {
                (string what, string how) = Of(end, filter.MayTryAgain(batch));
                found.Add((what, how, end.Count));
            }
        }

        JobTotals totals = ledger.Jobs.Totals(job);
        if (totals.WaitingForTools > 0)
        {
            // They are among the answers that cannot be used as they are.
            found.Add(("wait for their tools", $"Resume-ClaudeBatch -Job {job.Name} -Tool …", totals.WaitingForTools));
            long others = found.Where(static f => f.How == Incomplete).Sum(static f => f.Count) - totals.WaitingForTools;
            found.RemoveAll(static f => f.How == Incomplete);
            found.Add((OtherAnswer, Incomplete, others));
        }

        long uncollected = ledger.Batches.OfJob(job.Id).Where(static b => b.State is BatchState.Ended or BatchState.Downloaded)
            .Sum(b => ledger.Batches.Tally(b).Last.Where(static c => c.Outcome is null).Sum(static c => c.Count));
        found.Add(("have results that are not collected yet", $"Get-ClaudeBatchResult -Job {job.Name}", uncollected));
        found.Add(("are not answered yet", $"Wait-ClaudeBatch -Job {job.Name}", totals.Pending - uncollected));
        found.Add(("were never accepted", "the line that submits them, run again", totals.NotSubmitted));
        string[] kinds = [.. found.Where(static f => f.Count > 0).GroupBy(static f => (f.What, f.How)).Select(
            static g => string.Create(CultureInfo.InvariantCulture, $"{g.Sum(static f => f.Count):N0} {g.Key.What} ({g.Key.How})"))];
        return kinds.Length == 0
            ? $"Job '{job.Name}' has nothing to retry: each of its requests has a complete answer."
            : $"Nothing that was asked for is sent again. Of the requests of job '{job.Name}' {string.Join(", ", kinds)}.";
    }

    private static (string What, string How) Of(EndCount end, bool mayTryAgain) => end switch
    {
        { Outcome: Outcome.Succeeded, StopReason: "max_tokens" } => ("have an answer that was cut at max_tokens", "-MaxTokensFactor 2"),
        { Outcome: Outcome.Succeeded } => (OtherAnswer, Incomplete),
        { Outcome: Outcome.Canceled } => ("were canceled", "-Status Canceled"),
        { Outcome: Outcome.Missing } => ("were left out of the results", "-Status Missing"),
        { Outcome: Outcome.Unknown } => ("ended in a way that is not known", "-Status Unknown"),
        { FailureClass: FailureClass.Permanent } => (
            "failed for good as they are", "-Repair or -Template to change them; -FailureClass Permanent to send the same"),
        { FailureClass: FailureClass.OperatorFixable } => (
            "failed for a cause at the account", "-FailureClass OperatorFixable once it is mended"),
        _ when !mayTryAgain => ("were tried as often as -MaxAttempts says", "a higher -MaxAttempts"),
        _ => ("may be tried again", "the same command without what narrows it"),
    };
}
