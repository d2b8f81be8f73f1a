using System.Management.Automation;
using System.Runtime.ExceptionServices;

namespace ClaudeBatch.Tools;

/// <summary>
/// A pipeline in the session of the user, in which calls run one after another until one is stopped; that of the cmdlet goes on. To make a
/// pipeline takes longer than to run a short call in it.
/// </summary>
/// <param name="limits">What bounds a call.</param>
/// <param name="time">Measures the calls.</param>
/// <param name="stop">Ends the call that runs; no other begins.</param>
internal sealed class ToolPipeline(ToolLimits limits, TimeProvider time, CancellationToken stop)
{
    private readonly object _stopping = new();

    private PowerShell? _shell;

    private ToolGuardCommand? _guard;

    private ToolCallRun? _running;

    private ExceptionDispatchInfo? _failure;

    /// <summary>Why a call was stopped, with which the pipeline ends; null where none was.</summary>
    public StopCause? Stopped { get; private set; }

    /// <summary>Runs what runs the calls, in the pipeline.</summary>
    /// <param name="calls">Runs them by <see cref="TryRun"/>; what it throws is thrown.</param>
    public void Run(Action calls)
    {
        using PowerShell shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        Action<ToolGuardCommand> run = guard => Kept(guard, calls);
        Action<object?> take = written => _running!.Take(written);
        shell.AddCommand(ToolGuardCommand.Info).AddParameter(nameof(ToolGuardCommand.Calls), run)
            .AddCommand(ToolSinkCommand.Info).AddParameter(nameof(ToolSinkCommand.Take), take);
        _shell = shell;
        try
        {
            using CancellationTokenRegistration asked = stop.Register(() => Stop(_running, StopCause.Asked));
            shell.Invoke();
        }
        catch (PipelineStoppedException)
        {
            // It was stopped before a call ran, while one ran, or when one had ended and its outcome was known.
        }

        _failure?.Throw();
    }

    /// <summary>Runs a call, unless the pipeline is to end.</summary>
    /// <returns>Whether it was run.</returns>
    public bool TryRun(ToolCallRun call)
    {
        lock (_stopping)
        {
            if (Stopped is not null || stop.IsCancellationRequested)
            {
                return false;
            }

            _running = call;
        }

        try
        {
            using ITimer? timer = limits.Timeout is { } limit
                ? time.CreateTimer(_ => Stop(call, StopCause.Timeout), null, limit, Timeout.InfiniteTimeSpan)
                : null;
            call.Run(_guard!);
        }
        finally
        {
            lock (_stopping)
            {
                _running = null;
            }
        }

        return true;
    }

    // A pipeline stops when its thread gets to it; who asks does not wait.
    private void Stop(ToolCallRun? call, StopCause cause)
    {
        lock (_stopping)
        {
            if (call is not null && call == _running && Stopped is null)
            {
                Stopped = call.Cause = cause;
                _shell!.BeginStop(null, null);
            }
        }
    }

    // What a command of a pipeline throws comes out of it as another exception.
    private void Kept(ToolGuardCommand guard, Action calls)
    {
        _guard = guard;
        try
        {
            calls();
        }
        catch (Exception e) when (e is not PipelineStoppedException)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
        }
    }
}
