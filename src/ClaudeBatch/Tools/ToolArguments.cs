using System.Collections;
using System.Management.Automation;
using System.Text.Json;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Tools;

/// <summary>Makes the arguments of calls as values, by the names of a command's parameters. The shell is asked for those once.</summary>
internal sealed class ToolArguments
{
    private static readonly JsonDocumentOptions s_once = new() { MaxDepth = 64 };

    private readonly string _name;

    private readonly Dictionary<string, Type> _parameters = new(StringComparer.OrdinalIgnoreCase);

    // Why the parameters that calls have named are none that a value is passed to; null where one is. A type is looked at once.
    private readonly Dictionary<string, string?> _refusals = new(StringComparer.Ordinal);

    private readonly ParameterSet[] _sets;

    /// <param name="command">The command that is called.</param>
    /// <param name="name">The name of the tool.</param>
    public ToolArguments(CommandInfo command, string name)
    {
        _name = name;
        foreach (ParameterMetadata parameter in command.Parameters.Values)
        {
            _parameters[parameter.Name] = parameter.ParameterType;
        }

        _sets =
        [
            .. command.ParameterSets.Select(static s => new ParameterSet(
                s.IsDefault,
                s.Parameters.Select(static p => p.Name).ToHashSet(StringComparer.OrdinalIgnoreCase),
                [.. s.Parameters.Where(static p => p.IsMandatory && !p.IsDynamic).Select(static p => p.Name)])),
        ];
    }

    /// <summary>Judges what a model passes, and makes the arguments of it.</summary>
    /// <param name="input">The input of the call, as JSON.</param>
    /// <param name="schema">The schema that the model was told.</param>
    /// <param name="why">Why the call cannot be run, in words for the model; null where it can.</param>
    /// <returns>Null where the call cannot be run.</returns>
    public Hashtable? Of(ReadOnlyMemory<byte> input, AnswerSchema schema, out string? why)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(input, s_once);
            string? misfit = schema.Misfit(document.RootElement, out string? problem);
            if (problem is not null)
            {
                why = $"The input cannot be held against the input_schema of {_name}: {problem} Nothing was run.";
                return null;
            }

            Hashtable? arguments = misfit is null ? Bind(document.RootElement, out misfit) : null;
            why = misfit is null ? null : $"The input does not fit the tool {_name}: {misfit} Nothing was run.";
            return misfit is null ? arguments : null;
        }
        catch (JsonException e)
        {
            why = $"The input of {_name} is no JSON that can be read: {e.Message} Nothing was run.";
            return null;
        }
    }

    private Hashtable? Bind(JsonElement input, out string? misfit)
    {
        if (input.ValueKind != JsonValueKind.Object)
        {
            misfit = "$ is no object.";
            return null;
        }

        Hashtable arguments = new(StringComparer.OrdinalIgnoreCase);
        HashSet<string> seen = new(StringComparer.OrdinalIgnoreCase);
        ArgumentReader reader = new();
        foreach (JsonProperty argument in input.EnumerateObject())
        {
            string path = $"$.{argument.Name}";
            misfit = !seen.Add(argument.Name) ? $"{path} is there twice." : WhyNot(argument.Name) is { } why ? $"{path} {why}" : null;
            if (misfit is not null)
            {
                return null;
            }

            // Null is what has no value, and the shell would make 0 or an empty text of it.
            Type type = _parameters[argument.Name];
            if (argument.Value.ValueKind == JsonValueKind.Null && Nullable.GetUnderlyingType(type) is null)
            {
                continue;
            }

            object? value = reader.Read(argument.Value, type, path);
            if (reader.Fault is not null)
            {
                misfit = reader.Fault;
                return null;
            }

            arguments[argument.Name] = value;
        }

        // The shell would ask a person for what lacks.
        misfit = Lacking(arguments) is { } lacking ? $"$ has no '{lacking}', which {_name} needs." : null;
        return arguments;
    }

    private string? WhyNot(string name)
    {
        if (!_parameters.TryGetValue(name, out Type? type))
        {
            return "is no parameter of the command.";
        }

        if (!_refusals.TryGetValue(name, out string? why))
        {
            _refusals[name] = why = ToolParameters.IsCommon(name) ? "is one of the shell's own parameters, which are never passed."
                : !ArgumentReader.Takes(type) ? $"is of the type [{type.Name}], of which no values are made of JSON."
                : null;
        }

        return why;
    }

    // The name of a parameter that lacks in each of the sets that the arguments are of; null where one of them has all.
    private string? Lacking(Hashtable arguments)
    {
        string? lacking = null;
        foreach (ParameterSet set in _sets)
        {
            if (!arguments.Keys.Cast<string>().All(set.Names.Contains))
            {
                continue;
            }

            string? first = set.Mandatory.FirstOrDefault(p => !arguments.ContainsKey(p));
            if (first is null)
            {
                return null;
            }

            lacking = set.IsDefault ? first : lacking ?? first;
        }

        return lacking;
    }

    private sealed record ParameterSet(bool IsDefault, IReadOnlySet<string> Names, IReadOnlyList<string> Mandatory);
}
