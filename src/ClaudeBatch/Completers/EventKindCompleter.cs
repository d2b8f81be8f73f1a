using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Completers;

/// <summary>Completes the kinds of events.</summary>
public sealed class EventKindCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        WildcardPattern pattern = TypedWord.Pattern(wordToComplete);
        return Enum.GetNames<EventKind>().Order(StringComparer.Ordinal).Where(pattern.IsMatch).Select(static k => new CompletionResult(k));
    }
}
