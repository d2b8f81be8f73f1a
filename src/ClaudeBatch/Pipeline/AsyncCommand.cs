using System.Management.Automation;
using ClaudeBatch.Core;

namespace ClaudeBatch.Pipeline;

/// <summary>
/// The base of every cmdlet. It runs asynchronous stages, cancels them on Ctrl+C, and reports every failure in the same way.
/// </summary>
public abstract class AsyncCommand : PSCmdlet, IDisposable
{
    private static readonly string[] s_hostTag = ["PSHOST"];

    private readonly CancellationTokenSource _stop = new();

    /// <summary>A token that only Ctrl+C cancels, for work that goes on after the stage in which it begins.</summary>
    private protected CancellationToken StopToken => _stop.Token;

    /// <summary>Whether <see cref="Fail"/> was called.</summary>
    private protected bool HasFailed { get; private set; }

    /// <summary>Whether the line, or the pipeline by name, gives a parameter; a default of <c>$PSDefaultParameterValues</c> counts.</summary>
    private protected bool IsGiven(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual Task BeginAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected virtual Task ProcessAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected virtual Task EndAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected sealed override void BeginProcessing() => Run(BeginAsync, perInput: false);

    protected override void ProcessRecord() => Run(ProcessAsync, perInput: true);

    protected sealed override void EndProcessing() => Run(EndAsync, perInput: false);

    // No stage need be running, and no stream takes anything then: the host is told itself.
    protected sealed override void StopProcessing()
    {
        _stop.Cancel();
        if (ReadingAdvice is { } advice)
        {
            Host.UI.WriteLine(advice);
        }
    }

    /// <summary>The message for a person who has pressed Ctrl+C while the input was read; null where none is read.</summary>
    private protected virtual string? ReadingAdvice => null;

    /// <summary>The message for a person who has pressed Ctrl+C: what goes on at the service, and how to continue; null for none.</summary>
    private protected virtual string? StopAdvice => null;

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            Told.Forget(this);
            _stop.Dispose();
        }
    }

    /// <summary>Writes what came up on other threads while a stage ran, and was not written yet.</summary>
    private protected virtual void WriteLeftNotes()
    {
    }

    /// <summary>Writes an object to the pipeline. A list is written as one object.</summary>
    private protected void WriteOutput(object value)
        => PipelinePump.Outside((Command: this, value), static x => x.Command.WriteObject(x.value));

    /// <summary>Writes a message to the warning stream.</summary>
    internal void Warn(string message)
    {
        Told.TryAdd(this, message);
        PipelinePump.Outside((Command: this, message), static x => x.Command.WriteWarning(x.message));
    }

    /// <summary>Writes a message to the verbose stream.</summary>
    private protected void WriteVerboseLine(string message)
        => PipelinePump.Outside((Command: this, message), static x => x.Command.WriteVerbose(x.message));

    /// <summary>
    /// Writes a message for the person at the shell: an information record with the tag <c>PSHOST</c>, which the host shows.
    /// </summary>
    private protected void WriteHostLine(string message)
        => PipelinePump.Outside((Command: this, message), static x => x.Command.WriteInformation(ForHost(x.message), s_hostTag));

    /// <summary>Writes a progress record, which the host shows as a bar.</summary>
    private protected void WriteProgressRecord(ProgressRecord progress)
        => PipelinePump.Outside((Command: this, progress), static x => x.Command.WriteProgress(x.progress));

    /// <summary>
    /// Writes an error record to the error stream. The error does not end the cmdlet. One for a cause at the account, such as a refused
    /// key, is written once in a pipeline.
    /// </summary>
    /// <param name="failure">What went wrong.</param>
    /// <param name="target">The object of the error record; null for the target of <paramref name="failure"/>.</param>
    internal void Fail(ClaudeBatchException failure, object? target = null)
    {
        // What is not permitted may be so for one batch alone, and a canary or a budget is one job's.
        bool isOfAll = failure.Pauses is not (null or PauseCause.PermissionDenied or PauseCause.CanaryFailed or PauseCause.BudgetExceeded
            or PauseCause.ToolsNotNamed);
        bool isNew = failure.Pauses is null || Told.TryAdd(this, failure.Id);
        HasFailed = true;
        if (!isOfAll || isNew)
        {
            PipelinePump.Outside((Command: this, failure, target), static x => x.Command.WriteError(x.failure.ToErrorRecord(x.target)));
        }
    }

    /// <summary>Runs a synchronous stage, and handles its failures like those of the asynchronous stages.</summary>
    private protected void Guard(Action stage, object? target)
    {
        try
        {
            stage();
        }
        catch (ClaudeBatchException failure) when (!failure.IsFatal)
        {
            WriteError(failure.ToErrorRecord(target));
        }
        catch (ClaudeBatchException failure)
        {
            ThrowTerminatingError(failure.ToErrorRecord(target));
        }
    }

    private static HostInformationMessage ForHost(string message) => new() { Message = message };

    private void Run(Func<CancellationToken, Task> stage, bool perInput)
    {
        try
        {
            PipelinePump.Run(stage, _stop.Token);
            WriteLeftNotes();
        }
        catch (Exception e) when (_stop.IsCancellationRequested && e is OperationCanceledException or ClaudeBatchException)
        {
            // What was canceled in the middle may end as a failure of its own.
            if (StopAdvice is { } advice)
            {
                // PowerShell refuses warnings and errors while the pipeline stops, but it still takes information that is meant for the
                // host.
                WriteInformation(ForHost(advice), s_hostTag);
            }

            throw new PipelineStoppedException();
        }
        catch (ClaudeBatchException failure) when (perInput && !failure.IsFatal)
        {
            WriteLeftNotes();
            WriteError(failure.ToErrorRecord());
        }
        catch (ClaudeBatchException failure)
        {
            WriteLeftNotes();
            ThrowTerminatingError(failure.ToErrorRecord());
        }
    }
}
