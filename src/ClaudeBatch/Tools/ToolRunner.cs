using System.Collections;
using System.Globalization;
using System.Management.Automation;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Rounds;

namespace ClaudeBatch.Tools;

/// <summary>
/// Runs calls of tools in the session of the user, on the thread of the pipeline: the functions, variables and preferences of the session
/// hold. Nothing that a model has written is evaluated.
/// </summary>
/// <param name="cmdlet">The cmdlet that runs.</param>
/// <param name="limits">What bounds a call and its output.</param>
/// <param name="time">Measures the calls.</param>
internal sealed class ToolRunner(PSCmdlet cmdlet, ToolLimits limits, TimeProvider time)
{
    private static readonly HashSet<string> s_reading = new(
        ["Get", "Find", "Search", "Test", "Measure", "Select", "Resolve", "ConvertTo", "ConvertFrom", "Compare"],
        StringComparer.OrdinalIgnoreCase);

    private readonly Dictionary<string, (byte[] Json, AnswerSchema Schema)> _schemas = new(StringComparer.Ordinal);

    private readonly Dictionary<CommandInfo, ToolArguments> _arguments = [];

    private readonly ToolScripts _scripts = new();

    private readonly List<object> _notes = [];

    /// <summary>Whether a command only reads, as far as its verb and its parameters tell.</summary>
    public static bool OnlyReads(CommandInfo command)
    {
        string name = CommandFinder.NameOf(command);
        int verb = name.IndexOf('-');
        return verb > 0 && s_reading.Contains(name[..verb]) && !command.Parameters.ContainsKey("WhatIf");
    }

    /// <summary>Runs a call. It has to be asked for on the thread of the pipeline.</summary>
    /// <param name="command">The command.</param>
    /// <param name="name">The name of the tool.</param>
    /// <param name="input">The input of the call, as JSON.</param>
    /// <param name="schema">The schema of the input that was sent, as JSON.</param>
    /// <param name="stop">Ends the call, where it can be stopped.</param>
    /// <exception cref="OperationCanceledException">The call was to be stopped before it began.</exception>
    public ToolOutcome Run(
        CommandInfo command, string name, ReadOnlyMemory<byte> input, ReadOnlyMemory<byte> schema, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        ToolCallRun call = new(cmdlet, command, limits, time, _scripts);
        long begin = time.GetTimestamp();
        call.Run(() => ArgumentsOf(command, name).Of(input, SchemaOf(name, schema), out call.Refusal), stop);
        _notes.AddRange(call.Notes);
        TimeSpan took = call.HasBegun ? time.GetElapsedTime(begin) : TimeSpan.Zero;
        if (call.Stopped is not null && !call.HasBegun)
        {
            throw new OperationCanceledException(stop);
        }

        return call.Refusal is { } refusal ? new ToolOutcome(refusal, IsError: true, took, IsUnknown: false)
            : call.Stopped is { } cause ? Stopped(command, name, cause, took)
            : new ToolOutcome(call.Text, call.IsError, took, IsUnknown: false);
    }

    /// <summary>
    /// Writes what the commands have written for the user: warnings, lines for the host and the like. Writing may end the cmdlet, where the
    /// user has asked for it, so that it is done when the outcome is recorded.
    /// </summary>
    public void TellNotes()
    {
        object[] notes = [.. _notes];
        _notes.Clear();
        foreach (object note in notes)
        {
            switch (note)
            {
                case WarningRecord warning:
                    cmdlet.WriteWarning(warning.Message);
                    break;
                case VerboseRecord verbose:
                    cmdlet.WriteVerbose(verbose.Message);
                    break;
                case DebugRecord debug:
                    cmdlet.WriteDebug(debug.Message);
                    break;
                case InformationRecord information:
                    cmdlet.WriteInformation(information);
                    break;
            }
        }
    }

    private static string Seconds(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.###} seconds");

    private ToolOutcome Stopped(CommandInfo command, string name, StopCause cause, TimeSpan took)
        => cause == StopCause.Asked ? new ToolOutcome($"The call of {name} was stopped while it ran.", IsError: true, took, IsUnknown: true)
            : OnlyReads(command)
                ? new ToolOutcome(
                    $"The call of {name} had not ended after {Seconds(limits.Timeout!.Value)} and was stopped.",
                    IsError: true,
                    took,
                    IsUnknown: false)
            : new ToolOutcome(
                $"The call of {name} had not ended after {Seconds(limits.Timeout!.Value)} and was stopped. What it has done is not known.",
                IsError: true,
                took,
                IsUnknown: true);

    private ToolArguments ArgumentsOf(CommandInfo command, string name)
    {
        if (!_arguments.TryGetValue(command, out ToolArguments? known))
        {
            _arguments[command] = known = new ToolArguments(command, name);
        }

        return known;
    }

    // The requests of a job mostly have the same tools.
    private AnswerSchema SchemaOf(string name, ReadOnlyMemory<byte> json)
    {
        if (!_schemas.TryGetValue(name, out (byte[] Json, AnswerSchema Schema) known) || !json.Span.SequenceEqual(known.Json))
        {
            byte[] copy = json.ToArray();
            _schemas[name] = known = (copy, new AnswerSchema(copy));
        }

        return known.Schema;
    }
}
