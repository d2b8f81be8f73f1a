using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace ClaudeBatch.Tools;

/// <summary>Why a call was stopped.</summary>
internal enum StopCause
{
    /// <summary>It took too long.</summary>
    Timeout,

    /// <summary>A person has asked for it.</summary>
    Asked,
}

/// <summary>One run of a command in a pipeline of its own, which can be stopped while that of the cmdlet goes on.</summary>
internal sealed class ToolCallRun(PSCmdlet cmdlet, CommandInfo command, ToolLimits limits, TimeProvider time, ToolScripts scripts)
{
    private readonly ToolOutput _output = new(limits);

    private readonly object _stopping = new();

    private PowerShell? _running;

    private StopCause? _cause;

    private bool _hasEnded;

    /// <summary>Why the command was not run; null where it was.</summary>
    public string? Refusal;

    /// <summary>Whether the command was begun.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Why the call was stopped; null where it has ended by itself.</summary>
    public StopCause? Stopped => _hasEnded ? null : _cause ?? StopCause.Asked;

    /// <summary>Whether the call has failed.</summary>
    public bool IsError => _output.IsError;

    /// <summary>What the model is told.</summary>
    public string Text { get; private set; } = string.Empty;

    /// <summary>What the command has written for the user.</summary>
    public IReadOnlyList<object> Notes => _output.Notes;

    /// <summary>Runs the command.</summary>
    /// <param name="arguments">Gives the arguments; null where there is a <see cref="Refusal"/>.</param>
    /// <param name="stop">Ends the call.</param>
    public void Run(Func<Hashtable?> arguments, CancellationToken stop)
    {
        using PowerShell shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        shell.AddCommand(ToolGuardCommand.Info).AddParameter(nameof(ToolGuardCommand.Call), (Action)(() => Guarded(arguments)));
        _running = shell;
        try
        {
            using CancellationTokenRegistration asked = stop.Register(() => Stop(StopCause.Asked));
            using ITimer? timer = limits.Timeout is { } limit
                ? time.CreateTimer(_ => Stop(StopCause.Timeout), null, limit, Timeout.InfiniteTimeSpan)
                : null;
            shell.Invoke();
        }
        catch (Exception e) when (e is PipelineStoppedException or InvalidPowerShellStateException)
        {
            // It was stopped before it ran, while it ran, or when it had ended and its outcome was known.
        }
        finally
        {
            lock (_stopping)
            {
                _running = null;
            }
        }
    }

    // A pipeline stops when its thread gets to it; who asks does not wait.
    private void Stop(StopCause cause)
    {
        lock (_stopping)
        {
            if (_running is not null)
            {
                _cause ??= cause;
                _running.BeginStop(null, null);
            }
        }
    }

    // No exception of the command goes on from here. An exit would end the shell, and a break the loop of the user around the cmdlet.
    private void Guarded(Func<Hashtable?> arguments)
    {
        try
        {
            Hashtable? given = arguments();
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

            Failed(e is FlowControlException ? InWords(e)
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

    private static string InWords(Exception e)
    {
        string word = e.GetType().Name.Replace("Exception", string.Empty, StringComparison.Ordinal).ToLowerInvariant();
        return $"The call was ended by '{word}' in the command.";
    }
}
