using System.Globalization;
using System.Diagnostics;
using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Pipeline;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <summary>Base of the cmdlets that work on a ledger.</summary>
public abstract partial class ConnectedCommand : AsyncCommand
{
    private BatchSession? _session;

    private ServiceSession? _service;

    private ClaudeBatchConnection? _resolved;

    private bool _opened;

    private bool? _isWhatIf;

    private readonly HashSet<(long Batch, string What)> _written = [];

    [Parameter]
    public virtual ClaudeBatchConnection? Connection { get; set; }

    private protected bool IsWhatIf => _isWhatIf ??= MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? given)
        ? ((SwitchParameter)given).IsPresent
        : LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference"));

    /// <summary>The connection of the command: the one it was given, or the one that holds when it first asks.</summary>
    internal ClaudeBatchConnection Resolved => _resolved ??= ConnectionDefaults.Resolve(Connection);

    /// <summary>Returns the service of the connection, whether or not there is a ledger.</summary>
    private protected ServiceSession OpenService() => _service ??= new ServiceSession(Resolved, QueueRetry);

    /// <summary>Opens the ledger of the connection; returns null where there is none yet.</summary>
    private protected BatchSession? TryOpen()
    {
        if (!_opened)
        {
            _session = BatchSession.Open(OpenService(), create: false);
            _opened = true;
        }

        return _session;
    }

    /// <summary>Opens the ledger of the connection, which is known to exist because a record was read from it.</summary>
    internal BatchSession Open() => TryOpen() ?? throw new UnreachableException("A record was found, but there is no ledger.");

    /// <summary>Opens the ledger of the connection, or makes one.</summary>
    private protected BatchSession OpenOrCreate()
    {
        if (_session is null)
        {
            _session = BatchSession.Open(OpenService(), create: true)!;
            _opened = true;
        }

        return _session;
    }

    /// <summary>Warns when the service will delete the uncollected results of an ended batch within five days.</summary>
    private protected void WarnOfExpiry(BatchRecord batch)
    {
        const int daysBefore = 5;
        if (batch is { State: BatchState.Ended, ResultsExpireAt: { } end }
            && end - OpenService().Clock.GetUtcNow().UtcDateTime < TimeSpan.FromDays(daysBefore))
        {
            Warn($"The service keeps the results of batch '{batch.Key}' until {ShellTime.InWords(end)}. Collect them: "
                + $"Get-ClaudeBatchResult -Job {batch.Job}");
        }
    }

    /// <summary>
    /// Writes the notes of a round, each to the stream of its weight: verbose, host, warning or error. A warning or an error that a
    /// batch has had before is not written again. Retries that are still queued are written first.
    /// </summary>
    private protected void WriteNotes(IEnumerable<RoundNote> notes)
    {
        WriteVerboseRetries();
        foreach (RoundNote note in notes)
        {
            if (note.Weight == NoteWeight.Detail)
            {
                WriteVerboseLine(note.Message);
            }
            else if (note.Weight == NoteWeight.Information)
            {
                WriteHostLine(note.Message);
            }
            else if (!_written.Add((note.Batch.Id, note.Failure is { IsTransient: true } ? "waits" : note.Failure?.Id ?? note.Message)))
            {
                continue;
            }
            else if (note.Weight == NoteWeight.Warning)
            {
                Warn(note.Message);
            }
            else
            {
                Fail(note.Failure!, Batch.From(note.Batch));
            }
        }
    }

    private protected override void WriteLeftNotes()
    {
        WriteVerboseRetries();
        while (_service?.NextWarning() is { } warning)
        {
            Warn(warning);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _session?.Dispose();
            _service?.Dispose();
        }

        base.Dispose(disposing);
    }

    // The HTTP client reports a retry on the pipeline's thread or on a pool thread. Only the pipeline's thread may write, so the text
    // waits.
    private void QueueRetry(ClaudeBatchException failure, TimeSpan wait)
        => _retries.Enqueue(string.Create(
            CultureInfo.InvariantCulture, $"{Sentence.Of(failure.Message)} Trying again in {wait.TotalSeconds:0.0} s."));

    private readonly System.Collections.Concurrent.ConcurrentQueue<string> _retries = new();

    /// <summary>Writes one line to the verbose stream for each request that was retried since the last call.</summary>
    internal void WriteVerboseRetries()
    {
        while (_retries.TryDequeue(out string? text))
        {
            WriteVerboseLine(text);
        }
    }
}
