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
/// <param name="scripts">The scripts that run calls.</param>
internal sealed class ToolCallRun(
    PSCmdlet cmdlet, CommandInfo command, Func<ToolCallRun, Hashtable?> arguments, ToolLimits limits, ToolScripts scripts)
{
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

    /// <summary>Runs the command.</summary>
    /// <remarks>
    /// No exception of the command goes on from here. An exit would end the shell, and a break the loop of the user around the cmdlet.
    /// </remarks>
    public void Run()
    {
        try
        {
            Hashtable? given = arguments(this);
            if (given is not null)
            {
                if (IsStopping())
                {
                    return;
                }

                HasBegun = true;
                Ended(scripts.Call.Invoke(command, given, (Action<object?>)_output.Take));
            }

            Text = _output.Text();
            _hasEnded = true;
        }
        catch (Exception e)
        {
            // What was stopped may end as a failure of its own.
            if (IsStopping())
            {
                return;
            }

            Failed(e is FlowControlException ? $"The call was ended by '{UserScript.Word(e)}' in the command."
                : e is IContainsErrorRecord { ErrorRecord: { } record } ? record.ToString()
                : e.Message);
        }
    }

    // The shell stops a pipeline in a pipeline before it tells the cmdlet. A stop is no other exception than a command can throw; but
    // nothing more runs then.
    private bool IsStopping()
    {
        try
        {
            scripts.Nothing.Invoke();
            return false;
        }
        catch (PipelineStoppedException)
        {
            return true;
        }
    }

    private void Failed(string message)
    {
        _output.Fail(message);
        Text = _output.Text();
        _hasEnded = true;
    }

    // To a script exit is a way to end.
    private void Ended(ICollection<PSObject> said)
    {
        if (command is ExternalScriptInfo && said.LastOrDefault()?.BaseObject is false
            && cmdlet.SessionState.PSVariable.GetValue("global:LASTEXITCODE") is int code and not 0)
        {
            _output.Fail(string.Create(CultureInfo.InvariantCulture, $"The script has ended with the exit code {code}."));
        }
    }
}
