using System.Collections;
using System.Globalization;
using System.Management.Automation;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Completers;

/// <summary>Completes the names of jobs, the newest first. The tooltip has the state and the counts.</summary>
public sealed class JobCompleter : LedgerCompleter
{
    private protected override IEnumerable<CompletionResult> Candidates(
        BatchSession session, string parameterName, IDictionary given) => Jobs(session);

    internal static IEnumerable<CompletionResult> Jobs(BatchSession session)
        => session.Ledger.Jobs.All().Reverse().Select(record =>
    {
        BatchJob job = BatchJob.From(session.Ledger, record);
        return Candidate(
            record.Name,
            string.Create(CultureInfo.CurrentCulture, $"{job.State}, {job.Succeeded:N0} of {job.Requests:N0} succeeded"));
    });
}
