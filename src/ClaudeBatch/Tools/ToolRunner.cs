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

    private readonly List<object> _notes = [];

    /// <summary>Whether a command only reads, as far as its verb and its parameters tell.</summary>
    public static bool OnlyReads(CommandInfo command)
    {
        string name = CommandFinder.NameOf(command);
        int verb = name.IndexOf('-');
        return verb > 0 && s_reading.Contains(name[..verb]) && !command.Parameters.ContainsKey("WhatIf");
    }

    /// <summary>Runs calls one after another. It has to be asked for on the thread of the pipeline.</summary>
    /// <param name="calls">The calls.</param>
    /// <param name="ended">Is called after each call, with its index and how it has ended.</param>
    /// <param name="stop">Ends the call that runs, where it can be stopped; those after it do not begin.</param>
    /// <exception cref="OperationCanceledException">A call was to be stopped before it began.</exception>
    public void Run(IReadOnlyList<ToolCall> calls, Action<int, ToolOutcome> ended, CancellationToken stop)
    {
        int next = 0;
        while (next < calls.Count)
        {
            stop.ThrowIfCancellationRequested();
            ToolPipeline pipeline = new(limits, time, stop);
            pipeline.Run(() =>
            {
                while (next < calls.Count && TryRun(pipeline, calls[next]) is { } outcome)
                {
                    ended(next++, outcome);
                }
            });

            // The shell may have stopped the pipeline before it tells the cmdlet.
            if (next < calls.Count && pipeline.Stopped != StopCause.Timeout)
            {
                throw new OperationCanceledException(stop);
            }
        }
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

    private ToolOutcome? TryRun(ToolPipeline pipeline, ToolCall call)
    {
        ToolCallRun run = new(cmdlet, call.Command, r => Arguments(call, r), limits);
        long begin = time.GetTimestamp();
        if (!pipeline.TryRun(run))
        {
            return null;
        }

        _notes.AddRange(run.Notes);
        TimeSpan took = run.HasBegun ? time.GetElapsedTime(begin) : TimeSpan.Zero;
        return run.Refusal is { } refusal ? new ToolOutcome(refusal, IsError: true, took, IsUnknown: false)
            : run.Stopped is not { } cause ? new ToolOutcome(run.Text, run.IsError, took, IsUnknown: false)
            : cause == StopCause.Asked && !run.HasBegun ? null
            : Stopped(call, cause, took);
    }

    private Hashtable? Arguments(ToolCall call, ToolCallRun run)
    {
        ToolArguments all = ArgumentsOf(call.Command, call.Name);
        Hashtable? arguments = all.Of(call.Input, SchemaOf(call.Name, call.Schema), out string? refusal);
        run.Refusal = refusal;
        return arguments;
    }

    private static string Seconds(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.###} seconds");

    private ToolOutcome Stopped(ToolCall call, StopCause cause, TimeSpan took)
        => cause == StopCause.Asked
            ? new ToolOutcome($"The call of {call.Name} was stopped while it ran.", IsError: true, took, IsUnknown: true)
            : OnlyReads(call.Command)
                ? new ToolOutcome(
                    $"The call of {call.Name} had not ended after {Seconds(limits.Timeout!.Value)} and was stopped.",
                    IsError: true,
                    took,
                    IsUnknown: false)
            : new ToolOutcome(
                $"The call of {call.Name} had not ended after {Seconds(limits.Timeout!.Value)} and was stopped. What it has done is not known.",
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

/// <summary>A call of a tool, with the command that runs it.</summary>
/// <param name="Command">The command.</param>
/// <param name="Name">The name of the tool.</param>
/// <param name="Input">The input of the call, as JSON.</param>
/// <param name="Schema">The schema of the input that was sent, as JSON.</param>
internal readonly record struct ToolCall(CommandInfo Command, string Name, ReadOnlyMemory<byte> Input, ReadOnlyMemory<byte> Schema);
