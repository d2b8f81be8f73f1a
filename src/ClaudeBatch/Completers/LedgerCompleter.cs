using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ClaudeBatch.Core;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Completers;

/// <summary>
/// Completes values from the ledger, without calling the service. A ledger that cannot be read gives no values, because the shell cannot
/// show an error while a line is typed.
/// </summary>
public abstract class LedgerCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        WildcardPattern pattern = WildcardPattern.Get(
            wordToComplete.Trim('\'', '"') + "*", WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
        try
        {
            using ServiceSession service = new(ConnectionDefaults.Resolve(given: null), static (_, _) => { });
            using BatchSession? session = BatchSession.Open(service, create: false);
            return session is null ? [] : [.. Candidates(session).Where(c => pattern.IsMatch(c.ListItemText))];
        }
        catch (ClaudeBatchException)
        {
            return [];
        }
    }

    private protected abstract IEnumerable<CompletionResult> Candidates(BatchSession session);

    private protected static CompletionResult Candidate(string name, string tip)
        => new(name, name, CompletionResultType.ParameterValue, tip);
}
