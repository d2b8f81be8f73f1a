using System.Collections;
using System.Globalization;
using System.Management.Automation;
using ClaudeBatch.Pipeline;

namespace ClaudeBatch.Tools;

/// <summary>Why a call was stopped.</summary>
internal enum StopCause
{
    /// <summary>It took too long.</summary>
    Timeout,

    /// <summary>A person has asked for it.</summary>
    Asked,
}

/// <summary>One run of a command, in a <see cref="ToolPipeline"/>.</summary>
/// <param name="cmdlet">The cmdlet that runs.</param>
/// <param name="command">The command.</param>
/// <param name="arguments">Gives the arguments; null where there is a <see cref="Refusal"/>.</param>
/// <param name="limits">What bounds its output.</param>
internal sealed class ToolCallRun(PSCmdlet cmdlet, CommandInfo command, Func<ToolCallRun, Hashtable?> arguments, ToolLimits limits)
{
    private const string ExitCode = "global:LASTEXITCODE";

    private readonly ToolOutput _output = new(limits);

    private bool _hasEnded;

    /// <summary>Why somebody has asked the pipeline to stop while the call ran.</summary>
    public StopCause? Cause { get; set; }

    /// <summary>Why the command was not run; null where it was.</summary>
    public string? Refusal { get; set; }

    /// <summary>Whether the command was begun.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Why the call was stopped; null where it has ended by itself.</summary>
    public StopCause? Stopped => _hasEnded ? null : Cause ?? StopCause.Asked;

    /// <summary>Whether the call has failed.</summary>
    public bool IsError => _output.IsError;

    /// <summary>What the model is told.</summary>
    public string Text { get; private set; } = string.Empty;

    /// <summary>What the command has written for the user.</summary>
    public IReadOnlyList<object> Notes => _output.Notes;

    /// <summary>Takes what the command writes.</summary>
    public void Take(object? written) => _output.Take(written);

    /// <summary>Runs the command.</summary>
    /// <remarks>
    /// No exception of the command goes on from here. An exit would end the shell, and a break the loop of the user around the cmdlet.
    /// </remarks>
    /// <param name="guard">The pipeline. That it is stopped is asked of it: a stop is no other exception than a command can throw.</param>
    public void Run(ToolGuardCommand guard)
    {
        try
        {
            Hashtable? given = arguments(this);
            if (given is not null)
            {
                if (guard.Stopping)
                {
                    return;
                }

                HasBegun = true;
                if (Invoke(guard, given) is { } failure)
                {
                    if (!guard.Stopping)
                    {
                        Failed(failure);
                    }

                    return;
                }
            }

            Text = _output.Text();
            _hasEnded = true;
        }
        catch (Exception e)
        {
            // What was stopped may end as a failure of its own.
            if (guard.Stopping)
            {
                return;
            }

            Failed(e is FlowControlException ? $"The call was ended by '{UserScript.Word(e)}' in the command."
                : e is IContainsErrorRecord { ErrorRecord: { } record } ? record.ToString()
                : e.Message);
        }
    }

    // Why the command has failed; null where it has not.
    private string? Invoke(ToolGuardCommand guard, Hashtable given)
    {
        string? failure = null;
        Action<ErrorRecord> failed = e => failure = e.ToString();
        if (command is ExternalScriptInfo)
        {
            // The code that another program has left is not this script's.
            PSVariableIntrinsics variables = cmdlet.SessionState.PSVariable;
            object? before = variables.GetValue(ExitCode);
            variables.Set(ExitCode, 0);
            guard.Invoke(ToolScripts.CallOfScript, command, given, failed, (Action<bool>)Ended);
            if (variables.GetValue(ExitCode) is 0)
            {
                variables.Set(ExitCode, before);
            }
        }
        else
        {
            guard.Invoke(ToolScripts.Call, command, given, failed);
        }

        return failure;
    }

    private void Failed(string message)
    {
        _output.Fail(message);
        Text = _output.Text();
        _hasEnded = true;
    }

    // To a script exit is a way to end.
    private void Ended(bool isWell)
    {
        if (!isWell && cmdlet.SessionState.PSVariable.GetValue(ExitCode) is int code and not 0)
        {
            _output.Fail(string.Create(CultureInfo.InvariantCulture, $"The script has ended with the exit code {code}."));
        }
    }
}
