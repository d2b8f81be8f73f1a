using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using ClaudeBatch.Core.Models;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Completers;

/// <summary>Completes the names of models that are not retired. The tooltip has the prices in a batch.</summary>
public sealed class ModelCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        WildcardPattern pattern = TypedWord.Pattern(wordToComplete);
        DateOnly today = DateOnly.FromDateTime(DateTime.UtcNow);
        ModelCatalog models = KnownModels.Of(fakeBoundParameters["Connection"] as ClaudeBatchConnection);
        return models.Models
            .Where(m => !m.IsRetired(today))
            .Select(static m => (Name: m.Alias ?? m.Id, Model: m))
            .Where(m => pattern.IsMatch(m.Name) || pattern.IsMatch(m.Model.Id))
            .Select(m => new CompletionResult(m.Name, m.Name, CompletionResultType.ParameterValue, Tip(m.Model, models)));
    }

    private static string Tip(ModelRecord record, ModelCatalog models)
    {
        Model model = Model.From(record, models.AsOf);
        string price = model is { BatchInput: { } input, BatchOutput: { } output }
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"${input:0.######} in, ${output:0.######} out a million tokens in a batch ({model.PricesAsOf:yyyy-MM-dd})")
            : "price not known";
        return model.RetiresAt is { } day ? string.Create(CultureInfo.InvariantCulture, $"{price}; retires {day:yyyy-MM-dd}") : price;
    }
}
