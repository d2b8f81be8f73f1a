using System.Collections;
using System.Management.Automation;
using System.Text.Json;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Tools;

/// <summary>The arguments of a call as values, by the names of the command's parameters.</summary>
internal static class ToolArguments
{
    private static readonly JsonDocumentOptions s_once = new() { MaxDepth = 64 };

    /// <summary>Judges what a model passes, and makes the arguments of it.</summary>
    /// <param name="command">The command that is called.</param>
    /// <param name="name">The name of the tool.</param>
    /// <param name="input">The input of the call, as JSON.</param>
    /// <param name="schema">The schema that the model was told.</param>
    /// <param name="why">Why the call cannot be run, in words for the model; null where it can.</param>
    /// <returns>Null where the call cannot be run.</returns>
    public static Hashtable? Of(CommandInfo command, string name, ReadOnlyMemory<byte> input, AnswerSchema schema, out string? why)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(input, s_once);
            string? misfit = schema.Misfit(document.RootElement, out string? problem);
            if (problem is not null)
            {
                why = $"The input cannot be held against the input_schema of {name}: {problem} Nothing was run.";
                return null;
            }

            Hashtable? arguments = misfit is null ? Bind(command, name, document.RootElement, out misfit) : null;
            why = misfit is null ? null : $"The input does not fit the tool {name}: {misfit} Nothing was run.";
            return misfit is null ? arguments : null;
        }
        catch (JsonException e)
        {
            why = $"The input of {name} is no JSON that can be read: {e.Message} Nothing was run.";
            return null;
        }
    }

    private static Hashtable? Bind(CommandInfo command, string name, JsonElement input, out string? misfit)
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
            misfit = !seen.Add(argument.Name) ? $"{path} is there twice." : WhyNot(command, argument.Name, path);
            if (misfit is not null)
            {
                return null;
            }

            // Null is what has no value, and the shell would make 0 or an empty text of it.
            Type type = command.Parameters[argument.Name].ParameterType;
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
        misfit = Lacking(command, arguments) is { } lacking ? $"$ has no '{lacking}', which {name} needs." : null;
        return arguments;
    }

    private static string? WhyNot(CommandInfo command, string name, string path)
        => !command.Parameters.TryGetValue(name, out ParameterMetadata? parameter)
                || !parameter.Name.Equals(name, StringComparison.OrdinalIgnoreCase)
            ? $"{path} is no parameter of the command."
            : ToolParameters.IsCommon(name) ? $"{path} is one of the shell's own parameters, which are never passed."
            : !ArgumentReader.Takes(parameter.ParameterType)
                ? $"{path} is of the type [{parameter.ParameterType.Name}], of which no values are made of JSON."
            : null;

    // The name of a parameter that lacks in each of the sets that the arguments are of; null where one of them has all.
    private static string? Lacking(CommandInfo command, Hashtable arguments)
    {
        string? lacking = null;
        foreach (CommandParameterSetInfo set in command.ParameterSets)
        {
            if (!arguments.Keys.Cast<string>().All(a => set.Parameters.Any(p => p.Name.Equals(a, StringComparison.OrdinalIgnoreCase))))
            {
                continue;
            }

            string? first = set.Parameters.FirstOrDefault(p => p.IsMandatory && !p.IsDynamic && !arguments.ContainsKey(p.Name))?.Name;
            if (first is null)
            {
                return null;
            }

            lacking = set.IsDefault ? first : lacking ?? first;
        }

        return lacking;
    }
}
