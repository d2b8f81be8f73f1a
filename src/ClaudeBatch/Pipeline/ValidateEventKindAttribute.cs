using System.Management.Automation;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Pipeline;

/// <summary>Takes wildcards, and the names of the kinds of events that there are.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ValidateEventKindAttribute : ValidateEnumeratedArgumentsAttribute
{
    protected override void ValidateElement(object element)
    {
        string name = LanguagePrimitives.ConvertTo<string>(element);
        if (!WildcardPattern.ContainsWildcardCharacters(name) && !Enum.TryParse<EventKind>(name, ignoreCase: true, out _))
        {
            string kinds = string.Join(", ", Enum.GetNames<EventKind>());
            throw new ValidationMetadataException($"There are no events of the kind '{name}', only: {kinds}.");
        }
    }
}
