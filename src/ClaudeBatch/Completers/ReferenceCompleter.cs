using System.Collections;
using System.Management.Automation;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Completers;

/// <summary>Completes what stands for a batch or a job: the names of jobs, then the ids of batches, the newest first.</summary>
public sealed class ReferenceCompleter : LedgerCompleter
{
    private protected override IEnumerable<CompletionResult> Candidates(
        BatchSession session, string parameterName, IDictionary given)
        => JobCompleter.Jobs(session).Concat(BatchIdCompleter.Batches(session));
}
