using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace ClaudeBatch.Pipeline;

/// <summary>Runs asynchronous work to completion without letting go of the calling thread.</summary>
/// <remarks>
/// PowerShell accepts output only from the thread it called the cmdlet on. While the work waits on the network
/// that thread sits here, running whatever the work posts back to it, so code after an <c>await</c> may write
/// to the pipeline as if nothing had happened.
/// </remarks>
internal sealed class PipelinePump : SynchronizationContext, IDisposable
{
    private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _queue = [];

    private PipelinePump(SynchronizationContext? outer) => Outer = outer;

    /// <summary>The context the engine had before: what must be current while its code runs.</summary>
    public SynchronizationContext? Outer { get; }

    public static void Run(Func<CancellationToken, Task> work, CancellationToken stop)
    {
        SynchronizationContext? previous = Current;
        using CancellationTokenSource abandon = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using PipelinePump pump = new(previous);

        SetSynchronizationContext(pump);
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
            abandon.Cancel(); // nothing begun in a stage outlives it
            SetSynchronizationContext(previous);
        }
    }

    /// <summary>Runs a call into the engine under the engine's own context.</summary>
    /// <remarks>A downstream command inherits the current context; one that waits synchronously would deadlock on ours.</remarks>
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

    public override void Post(SendOrPostCallback d, object? state)
    {
        try
        {
            _queue.Add((d, state));
        }
        catch (InvalidOperationException)
        {
            // The work is over. A late progress report has no one left to read it.
        }
    }

    public override void Send(SendOrPostCallback d, object? state)
        => throw new NotSupportedException("Blocking on the pipeline thread would deadlock it; await instead.");

    public override SynchronizationContext CreateCopy() => this;

    public void Dispose() => _queue.Dispose();

    // A callback that throws (PowerShell refusing a write while it stops, say) must not strand the work
    // behind it: cancel, keep turning the handle until the work is done, then rethrow.
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
