using System.Collections;
using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Json;

namespace ClaudeBatch.Tools;

/// <summary>What the user says about a tool and its parameters, in place of the command's help.</summary>
internal sealed class ToolTexts
{
    private readonly Dictionary<string, string> _texts = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="name">The name of the tool.</param>
    /// <param name="given">A text, a table of texts, or null.</param>
    /// <param name="parameters">The names of the parameters that are offered.</param>
    /// <exception cref="ClaudeBatchException"><c>ToolInvalid</c>: it is neither, or says something of what is not there.
    /// <c>PlaceholderShared</c>: it has a placeholder.</exception>
    public ToolTexts(string name, object? given, IReadOnlyCollection<string> parameters)
    {
        IEnumerable<(string Key, object? Value)> entries = given switch
        {
            null => [],
            string text => [(name, text)],
            IDictionary table => JsonText.Entries(table),
            _ => throw Invalid(
                $"The Description of {name} is a text, or a table of texts by the names of the tool and its parameters.", given),
        };
        foreach ((string key, object? value) in entries)
        {
            string text = value is null ? string.Empty : ToolSource.Bare(value) as string
                ?? throw Invalid($"The Description of {key} is not a text.", given!);
            if (text.AsSpan().Trim().IsEmpty)
            {
                throw Invalid($"The Description of {key} is empty.", given!);
            }

            _texts[key] = SharedText.Of(text, "Tool");
            if (!key.Equals(name, StringComparison.OrdinalIgnoreCase) && !parameters.Contains(key, StringComparer.OrdinalIgnoreCase))
            {
                throw Invalid(
                    $"The Description of {name} has a text for '{key}', which is neither the tool nor one of its parameters "
                        + $"({string.Join(", ", parameters)}).",
                    given!);
            }
        }

        OfTool = _texts.GetValueOrDefault(name);
    }

    /// <summary>What the tool does; null where nothing was said.</summary>
    public string? OfTool { get; }

    /// <summary>What a parameter is; null where nothing was said.</summary>
    public string? Of(string parameter) => _texts.GetValueOrDefault(parameter);

    private static ClaudeBatchException Invalid(string message, object given)
        => new(FailureKind.InvalidArgument, "ToolInvalid", message) { Target = given };
}
