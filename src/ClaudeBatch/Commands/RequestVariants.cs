using System.Collections;
using System.Collections.Specialized;
using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Json;

namespace ClaudeBatch.Commands;

/// <summary>The table of -Variant: names of variants, each with the parameters that are other for it than the line says.</summary>
internal static class RequestVariants
{
    private const int LongestName = 16;

    /// <summary>What a variant may say of a whole template.</summary>
    public const string Template = nameof(NewClaudeBatchRequestCommand.Template);

    private const string Message = nameof(NewClaudeBatchRequestCommand.Message);

    /// <summary>What is asked of a row; a template has no part in it but the prompt.</summary>
    private static readonly string[] s_ofRow =
    [
        nameof(TemplateCommand.Prompt), Message, nameof(NewClaudeBatchRequestCommand.Image),
        nameof(NewClaudeBatchRequestCommand.Document),
    ];

    /// <summary>The parameters of a template, but for those that a row fills.</summary>
    public static IReadOnlyList<string> OfTemplate { get; } =
    [
        nameof(TemplateCommand.Model), nameof(TemplateCommand.MaxTokens), nameof(TemplateCommand.System),
        nameof(TemplateCommand.CacheSystem), nameof(TemplateCommand.CacheTtl), nameof(TemplateCommand.OutputSchema),
        nameof(TemplateCommand.Tool), nameof(TemplateCommand.ToolChoice), nameof(TemplateCommand.Thinking), nameof(TemplateCommand.Effort),
        nameof(TemplateCommand.StopSequence), nameof(TemplateCommand.Example), nameof(TemplateCommand.Metadata),
        nameof(TemplateCommand.AdditionalParameter),
    ];

    /// <summary>Reads the table, in its order where it has one, else by name.</summary>
    /// <param name="given">The table.</param>
    /// <param name="isOfTemplate">Whether the line has a template, so that a variant says nothing of what a template shares.</param>
    /// <exception cref="ClaudeBatchException"><c>VariantInvalid</c>, <c>VariantKeyInvalid</c>, <c>ParameterConflict</c>.</exception>
    public static IReadOnlyList<(string Name, IReadOnlyDictionary<string, object?> Parameters)> Read(IDictionary given, bool isOfTemplate)
    {
        List<(string Name, IReadOnlyDictionary<string, object?> Parameters)> variants = [];
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry entry in given)
        {
            string name = entry.Key as string ?? string.Empty;
            if (name.Length is 0 or > LongestName || !name.All(char.IsAsciiLetterOrDigit))
            {
                bool isText = entry.Key is string;
                throw Invalid(
                    entry.Key,
                    $"{(isText ? $"'{entry.Key}'" : entry.Key)} is no name of a variant: that is a text of 1 to {LongestName} letters and digits, "
                        + $"and ids end with it.{(isText ? string.Empty : " Write it in quotes.")}");
            }

            variants.Add(names.Add(name)
                ? (name, Parameters(name, entry.Value, isOfTemplate))
                : throw Invalid(name, $"There are two variants '{name}': names that differ in case alone are one name."));
        }

        return given is IOrderedDictionary ? variants : [.. variants.OrderBy(static v => v.Name, StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>Says which variant a failure is about.</summary>
    public static ClaudeBatchException Of(string name, ClaudeBatchException failure)
        => new(failure.Kind, failure.Id, $"Variant '{name}': {failure.Message}", failure) { Target = failure.Target };

    private static Dictionary<string, object?> Parameters(string name, object? given, bool isOfTemplate)
    {
        if (given is null || ForeignValue.Bare(given) is not IDictionary table)
        {
            throw Invalid(name, $"Variant '{name}' is no table of parameters, such as @{{ Model = 'claude-haiku-4-5' }}.");
        }

        Dictionary<string, object?> parameters = new(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry entry in table)
        {
            string[] all = [.. OfTemplate, .. s_ofRow, Template];
            if (Array.Find(all, known => known.Equals(entry.Key as string, StringComparison.OrdinalIgnoreCase)) is not { } key)
            {
                throw new ClaudeBatchException(
                    FailureKind.InvalidArgument,
                    "VariantKeyInvalid",
                    $"Variant '{name}' has '{entry.Key}', which is no parameter that can be another one for a variant. These can: "
                        + $"{string.Join(", ", all)}.")
                { Target = entry.Key };
            }

            parameters[key] = entry.Value;
        }

        string? conflict = Conflict(parameters, isOfTemplate);
        return conflict is null
            ? parameters
            : throw new ClaudeBatchException(FailureKind.InvalidArgument, "ParameterConflict", $"Variant '{name}' {conflict}")
            { Target = name };
    }

    private static string? Conflict(Dictionary<string, object?> parameters, bool isOfTemplate)
    {
        string? shared = OfTemplate.FirstOrDefault(parameters.ContainsKey);
        bool hasTemplate = parameters.ContainsKey(Template);
        return shared is not null && (hasTemplate || isOfTemplate)
            ? $"says {shared}, which the template says; give the variant a Template of its own"
                + $"{(hasTemplate ? " and nothing that it shares." : ".")}"
            : parameters.GetValueOrDefault(Message) is not null && s_ofRow.Any(key => key != Message && parameters.ContainsKey(key))
                ? "has Message, which says all that is asked; leave Prompt, Image and Document out of it."
            : null;
    }

    private static ClaudeBatchException Invalid(object? target, string message)
        => new(FailureKind.InvalidArgument, "VariantInvalid", message) { Target = target };
}
