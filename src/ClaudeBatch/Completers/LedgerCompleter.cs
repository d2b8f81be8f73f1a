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
        WildcardPattern pattern = TypedWord.Pattern(wordToComplete);
        try
        {
            using ServiceSession service = new(ConnectionDefaults.Resolve(given: null), static (_, _) => { });
            using BatchSession? session = BatchSession.Open(service, create: false);
            return session is null
                ? []
                : [.. Candidates(session, parameterName, fakeBoundParameters).Where(c => pattern.IsMatch(c.ListItemText))];
        }
        catch (ClaudeBatchException)
        {
            return [];
        }
    }

    /// <param name="session">The ledger.</param>
    /// <param name="parameterName">The parameter whose value is completed.</param>
    /// <param name="given">What the line gives to its other parameters.</param>
    private protected abstract IEnumerable<CompletionResult> Candidates(BatchSession session, string parameterName, IDictionary given);

    private protected static CompletionResult Candidate(string name, string tip)
        => new(Quoted(name), name, CompletionResultType.ParameterValue, tip);

    // A name is one word of the line only where it has nothing that the shell reads as something else.
    private static string Quoted(string name) => name.All(static c => char.IsLetterOrDigit(c) || c is '_' or '-' or '.' or '/')
        ? name
        : $"'{CodeGeneration.EscapeSingleQuotedStringContent(name)}'";
}
