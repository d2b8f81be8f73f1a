using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace ClaudeBatch.Pipeline;

/// <summary>Runs asynchronous work to its end while the calling thread stays in the call.</summary>
/// <remarks>
/// PowerShell accepts output only from the thread on which it has called the cmdlet. While the work waits for the network, that thread
/// waits here and runs every callback that the work posts to this synchronization context. Code after an <c>await</c> therefore runs on
/// that thread and may write to the pipeline.
/// </remarks>
internal sealed class PipelinePump : SynchronizationContext, IDisposable
{
    private static readonly AsyncLocal<PipelinePump?> s_running = new();

    private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _queue = [];

    private PipelinePump(SynchronizationContext? outer) => Outer = outer;

    /// <summary>The synchronization context that PowerShell had before. It has to be current while code of PowerShell runs.</summary>
    public SynchronizationContext? Outer { get; }

    /// <summary>Whether the work that asks was begun by a cmdlet that waits for it.</summary>
    public static bool IsRunning => s_running.Value is not null;

    public static void Run(Func<CancellationToken, Task> work, CancellationToken stop)
    {
        SynchronizationContext? previous = Current;
        PipelinePump? around = s_running.Value;
        using CancellationTokenSource abandon = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using PipelinePump pump = new(previous);

        SetSynchronizationContext(pump);
        s_running.Value = pump;
        try
        {
            Task task = work(abandon.Token);
            _ = task.ContinueWith(
                static (_, state) => ((PipelinePump)state!)._queue.CompleteAdding(),
                pump,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);

            pump.Drain(abandon);
            task.GetAwaiter().GetResult();
        }
        finally
        {
            abandon.Cancel(); // whatever was begun in a stage ends with it
            s_running.Value = around;
            SetSynchronizationContext(previous);
        }
    }

    /// <summary>Calls into PowerShell under PowerShell's own synchronization context.</summary>
    /// <remarks>
    /// A command further down the pipeline inherits the current context. If it waited synchronously under this one, it would deadlock.
    /// </remarks>
    public static void Outside<TState>(TState state, Action<TState> call)
    {
        if (Current is not PipelinePump pump)
        {
            call(state);
            return;
        }

        SetSynchronizationContext(pump.Outer);
        try
        {
            call(state);
        }
        finally
        {
            SetSynchronizationContext(pump);
        }
    }

    /// <summary>Has the thread of the pipeline run a script, for work that may have gone on to other threads.</summary>
    /// <returns>A task that ends with the script, also with its exception.</returns>
    public static Task OnPipelineAsync(Action script)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        s_running.Value!.Post(
            _ =>
            {
                try
                {
                    Outside(script, static s => s());
                    done.SetResult();
                }
                catch (Exception e)
                {
                    done.SetException(e);
                }
            },
            null);
        return done.Task;
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        try
        {
            _queue.Add((d, state));
        }
        catch (InvalidOperationException)
        {
            // The work has ended, and nobody reads a progress report that comes later.
        }
    }

    public override void Send(SendOrPostCallback d, object? state)
        => throw new NotSupportedException("Blocking on the pipeline thread would deadlock it; await instead.");

    public override SynchronizationContext CreateCopy() => this;

    public void Dispose() => _queue.Dispose();

    // A callback may throw, for example because PowerShell refuses a write while it stops. The work behind it must still come to an end:
    // it is canceled, its remaining callbacks are run, and the exception is thrown after that.
    private void Drain(CancellationTokenSource abandon)
    {
        ExceptionDispatchInfo? fault = null;
        foreach ((SendOrPostCallback callback, object? state) in _queue.GetConsumingEnumerable())
        {
            try
            {
                callback(state);
            }
            catch (Exception e)
            {
                fault ??= ExceptionDispatchInfo.Capture(e);
                abandon.Cancel();
            }
        }

        fault?.Throw();
    }
}
