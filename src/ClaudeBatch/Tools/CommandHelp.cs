using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;

namespace ClaudeBatch.Tools;

/// <summary>What the help of a command says about it and its parameters.</summary>
internal sealed class CommandHelp
{
    private const string Ask = "param($name, $category) Microsoft.PowerShell.Core\\Get-Help -Name $name -Category $category "
        + "-ErrorAction Ignore -WarningAction Ignore -ProgressAction Ignore";

    private readonly Dictionary<string, string> _parameters = new(StringComparer.OrdinalIgnoreCase);

    private CommandHelp(string? description) => Description = description;

    /// <summary>What the command does: synopsis and description; null where the help does not say it.</summary>
    public string? Description { get; }

    /// <summary>Reads the help of a command, in the shell that runs.</summary>
    public static CommandHelp Of(CommandInfo command, string name, CommandInvocationIntrinsics shell)
    {
        // What a module does not export is found by its own name alone, and what another command hides by its module's.
        string asked = command is ExternalScriptInfo script ? script.Path
            : string.IsNullOrEmpty(command.ModuleName) || shell.GetCommand(command.Name, CommandTypes.All) is { } plain
                && plain.CommandType == command.CommandType && plain.ModuleName == command.ModuleName ? command.Name
            : $"{command.ModuleName}\\{command.Name}";
        Collection<PSObject> found = shell.InvokeScript(
            useLocalScope: true, ScriptBlock.Create(Ask), input: null, asked, command.CommandType.ToString());

        // Where there is none of this name, Get-Help gives what it finds by a part of it.
        PSObject? help = found is [var only] && Text(only, "Name") is { } its && (Is(its, command.Name) || Is(its, asked)) ? only : null;
        IReadOnlyDictionary<string, string> comment = CommentText.Of(command);
        string? synopsis = help is null ? null : Said(Text(help, "Synopsis"));
        if (synopsis is not null && IsSyntax(synopsis, command))
        {
            synopsis = null;
        }

        string? description = Said(Text(help, "description"));
        string[] parts = [.. new[]
        {
            synopsis ?? (description is null ? comment.GetValueOrDefault("SYNOPSIS") : null),
            description ?? (synopsis is null ? comment.GetValueOrDefault("DESCRIPTION") : null),
        }.OfType<string>().Distinct()];
        CommandHelp read = new(parts.Length == 0 ? null : string.Join("\n\n", parts));
        foreach (PSObject parameter in Items(Items(help?.Properties["parameters"]?.Value).FirstOrDefault()?.Properties["parameter"]?.Value))
        {
            if (Text(parameter, "Name") is { } own && Said(Text(parameter, "description")) is { } text)
            {
                read._parameters[own] = text;
            }
        }

        foreach ((string key, string text) in comment)
        {
            read._parameters.TryAdd(key, text);
        }

        return read;
    }

    /// <summary>What a parameter is; null where the help does not say it.</summary>
    public string? Of(string parameter) => _parameters.GetValueOrDefault(parameter);

    // Help that nobody has written has the syntax in the place of the synopsis, one line for each parameter set.
    private static bool IsSyntax(string synopsis, CommandInfo command)
    {
        HashSet<string> lines = [.. command.ParameterSets.Select(s => Words($"{command.Name} {s}"))];
        return synopsis.Split('\n').Select(Words).Where(static l => l.Length > 0).All(lines.Contains);
    }

    private static string Words(string line) => string.Join(' ', line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    // A page whose texts nobody has filled in has them in braces.
    private static string? Said(string? text)
        => text?.Trim() is { Length: > 0 } words && words is not ['{', '{', .., '}', '}'] ? words.ReplaceLineEndings("\n") : null;

    private static bool Is(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);

    // A text of the help is a string, or paragraphs that have a Text.
    private static string? Text(PSObject? of, string name) => of?.Properties[name]?.Value is { } value
        ? string.Join("\n\n", Items(value).Select(static i => (i.BaseObject as string ?? i.Properties["Text"]?.Value as string)?.Trim())
            .Where(static t => !string.IsNullOrEmpty(t)))
        : null;

    private static IEnumerable<PSObject> Items(object? value)
    {
        object? bare = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        return bare switch
        {
            null => [],
            IEnumerable items and not string => items.Cast<object?>().OfType<object>().Select(PSObject.AsPSObject),
            _ => [PSObject.AsPSObject(bare)],
        };
    }
}
