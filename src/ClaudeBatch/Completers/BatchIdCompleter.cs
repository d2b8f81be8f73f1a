using System.Collections;
using System.Globalization;
using System.Management.Automation;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Completers;

/// <summary>
/// Completes the ids of batches, the newest first. The tooltip has the job, the part, the state and the number of requests.
/// </summary>
public sealed class BatchIdCompleter : LedgerCompleter
{
    private protected override IEnumerable<CompletionResult> Candidates(
        BatchSession session, string parameterName, IDictionary given) => Batches(session);

    internal static IEnumerable<CompletionResult> Batches(BatchSession session) => session.Ledger.Batches.All().Reverse()
        .Where(static b => b.ServiceId is not null)
        .Select(static b => Candidate(
            b.ServiceId!,
            string.Create(CultureInfo.CurrentCulture, $"{b.Job}, part {b.Part}: {b.State}, {b.RequestCount:N0} requests")));
}
