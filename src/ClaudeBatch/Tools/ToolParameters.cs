using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Text.Json.Nodes;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Tools;

/// <summary>The parameters of a command that a model may give, and the schema that they make.</summary>
internal sealed class ToolParameters
{
    private static readonly HashSet<string> s_common = new(
        [.. Cmdlet.CommonParameters, .. Cmdlet.OptionalCommonParameters], StringComparer.OrdinalIgnoreCase);

    private readonly CommandInfo _command;

    private readonly string _name;

    private readonly ToolSource _source;

    private readonly CommandParameterInfo[] _offered;

    private ToolParameters(CommandInfo command, string name, ToolSource source, CommandParameterInfo[] offered)
        => (_command, _name, _source, _offered) = (command, name, source, offered);

    /// <summary>The names of the parameters that are offered.</summary>
    public IReadOnlyList<string> Offered => [.. _offered.Select(static p => p.Name)];

    /// <summary>Whether all commands have a parameter of that name, or all of a kind.</summary>
    public static bool IsCommon(string name) => s_common.Contains(name);

    /// <summary>Finds the parameters that are offered.</summary>
    /// <exception cref="ClaudeBatchException"><c>ToolParameterSetInvalid</c>: the set is not there, or there is no default one.
    /// <c>ToolParameterInvalid</c>: one that was named is not there, or a mandatory one was not named.</exception>
    public static ToolParameters Of(CommandInfo command, string name, ToolSource source)
    {
        CommandParameterInfo[] all =
            [.. Set(command, name, source).Parameters.Where(static p => !p.IsDynamic && !IsCommon(p.Name))];
        foreach (string named in source.Parameters ?? [])
        {
            if (!all.Any(p => Is(p.Name, named)))
            {
                throw Invalid(
                    source, $"{name} has no parameter '{named}' that can be offered; it has {List(all.Select(static p => p.Name))}.");
            }
        }

        bool IsNamed(CommandParameterInfo p) => source.Parameters is null || source.Parameters.Any(n => Is(n, p.Name));
        return all.FirstOrDefault(p => p.IsMandatory && !IsNamed(p)) is { } missing
            ? throw Invalid(
                source, $"The parameter '{missing.Name}' of {name} is mandatory, and is not among those that are offered. Add it.")
            : new ToolParameters(command, name, source, [.. all.Where(IsNamed)]);
    }

    /// <summary>Makes the schema of what a call passes.</summary>
    /// <param name="describe">Says what a parameter is; null where nothing is known.</param>
    /// <param name="explain">Takes why an optional parameter is left out.</param>
    /// <param name="warn">Takes the same, where it is an oversight.</param>
    /// <exception cref="ClaudeBatchException"><c>ToolParameterInvalid</c>: one that cannot be left out cannot be described.</exception>
    public JsonObject Schema(Func<string, string?> describe, Action<string> explain, Action<string> warn)
    {
        JsonObject properties = [];
        JsonArray required = [];
        foreach (CommandParameterInfo parameter in _offered)
        {
            string? why = null;
            JsonObject? schema = ToolSchemas.IsPropertyName(parameter.Name)
                ? ParameterSchema.Of(
                    parameter,
                    a => explain($"What [{a}] says of -{parameter.Name} of {_name} is not told to the model; the command holds to it."),
                    out why)
                : null;
            if (schema is null)
            {
                LeaveOut(parameter, why ?? "the service takes names of 1 to 64 plain letters, digits and signs", explain, warn);
                continue;
            }

            if ((describe(parameter.Name) ?? parameter.HelpMessage) is { Length: > 0 } text)
            {
                schema["description"] = text;
            }

            properties[parameter.Name] = schema;
            if (parameter.IsMandatory)
            {
                required.Add(parameter.Name);
            }
        }

        return ToolSchemas.Sent(new JsonObject
        {
            ["type"] = "object",
            ["properties"] = properties,
            ["required"] = required,
            ["additionalProperties"] = false,
        });
    }

    private void LeaveOut(CommandParameterInfo parameter, string why, Action<string> explain, Action<string> warn)
    {
        string told = $"The parameter '{parameter.Name}' of {_name} cannot be described to a model: {why}.";
        if (parameter.IsMandatory || _source.Parameters is not null)
        {
            throw Invalid(_source, parameter.IsMandatory
                ? $"{told} It is mandatory: put a function around the command that takes what a model can give."
                : $"{told} Leave it out of Parameter.");
        }

        // A function that says nothing of the type would be offered without what it is called for.
        bool isOversight = parameter.ParameterType == typeof(object) && _command is FunctionInfo or ExternalScriptInfo;
        (isOversight ? warn : explain)($"{told} It is left out.");
    }

    private static CommandParameterSetInfo Set(CommandInfo command, string name, ToolSource source)
    {
        ReadOnlyCollection<CommandParameterSetInfo> sets;
        try
        {
            sets = command.ParameterSets;
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument, "ToolInvalid", $"The parameters of {name} cannot be read: {e.Message}", e)
            { Target = source.Command };
        }

        string names = List(sets.Select(static s => s.Name));
        return source.ParameterSet is { } wanted
            ? sets.FirstOrDefault(s => Is(s.Name, wanted))
                ?? throw InvalidSet(source, $"{name} has no parameter set '{wanted}'; it has {names}.")
            : sets.FirstOrDefault(static s => s.IsDefault) ?? (sets is [var only]
                ? only
                : throw InvalidSet(
                    source, $"{name} has the parameter sets {names}, and none is the default one. Say which: -Tool @{{ Command = '{name}'; "
                        + $"ParameterSet = '{sets[0].Name}' }}."));
    }

    private static string List(IEnumerable<string> names) => string.Join(", ", names) is { Length: > 0 } all ? all : "none";

    private static bool Is(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static ClaudeBatchException Invalid(ToolSource source, string message)
        => new(FailureKind.InvalidArgument, "ToolParameterInvalid", message) { Target = source.Command };

    private static ClaudeBatchException InvalidSet(ToolSource source, string message)
        => new(FailureKind.InvalidArgument, "ToolParameterSetInvalid", message) { Target = source.Command };
}
