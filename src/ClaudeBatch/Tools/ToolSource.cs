using System.Collections;
using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Json;

namespace ClaudeBatch.Tools;

/// <summary>A command that a user names for a tool, and what is said about it.</summary>
/// <param name="Command">The command, or its name.</param>
/// <param name="ParameterSet">The parameter set of the calls; null for the default one.</param>
/// <param name="Parameters">The names of the parameters that are offered; null for all.</param>
/// <param name="Description">A text, or a table of texts by the names of the tool and of its parameters; null for those of the help.</param>
internal sealed record ToolSource(object Command, string? ParameterSet, IReadOnlyList<string>? Parameters, object? Description)
{
    /// <summary>Reads what stands for a command: its name, the command, or a table with the key Command.</summary>
    /// <returns>Null where the value does not stand for a command.</returns>
    /// <exception cref="ClaudeBatchException"><c>ToolInvalid</c>: the table has other keys, or a value is of the wrong kind.</exception>
    public static ToolSource? From(object given) => Bare(given) switch
    {
        string name => new ToolSource(name, null, null, null),
        CommandInfo command => new ToolSource(command, null, null, null),
        IDictionary table => FromTable(JsonText.Entries(table), given),
        PSObject custom => FromTable(custom.Properties.Select(static p => (p.Name, (object?)p.Value)), given),
        _ => null,
    };

    /// <summary>Gives the object itself where the shell has put one around it.</summary>
    public static object Bare(object given) => given is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : given;

    private static ToolSource? FromTable(IEnumerable<(string Name, object? Value)> entries, object given)
    {
        (string Name, object? Value)[] all = [.. entries];
        if (!all.Any(static e => Is(e.Name, nameof(Command))))
        {
            return null;
        }

        ToolSource source = new(string.Empty, null, null, null);
        foreach ((string name, object? value) in all)
        {
            source = value is null ? throw Invalid($"{name} of a tool is null.", given)
                : Is(name, nameof(Command)) ? source with { Command = CommandOf(value, given) }
                : Is(name, "ParameterSet") ? source with { ParameterSet = LanguagePrimitives.ConvertTo<string>(value) }
                : Is(name, "Parameter") ? source with { Parameters = LanguagePrimitives.ConvertTo<string[]>(value) }
                : Is(name, "Description") ? source with { Description = Bare(value) }
                : throw Invalid(
                    $"The table of a tool has the key '{name}'. With Command it takes ParameterSet, Parameter and Description.", given);
        }

        return source;
    }

    private static object CommandOf(object value, object given) => Bare(value) switch
    {
        string { Length: > 0 } name => name,
        CommandInfo command => command,
        _ => throw Invalid("Command of a tool is the name of a command, or what Get-Command gives.", given),
    };

    private static bool Is(string name, string key) => name.Equals(key, StringComparison.OrdinalIgnoreCase);

    private static ClaudeBatchException Invalid(string message, object given)
        => new(FailureKind.InvalidArgument, "ToolInvalid", message) { Target = given };
}
