using System.Management.Automation;
using ClaudeBatch.Completers;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Pipeline;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <summary>Reads the events of the ledger's journal, from the oldest to the newest.</summary>
[Cmdlet(VerbsCommon.Get, "ClaudeBatchEvent")]
[OutputType(typeof(BatchEvent))]
public sealed class GetClaudeBatchEventCommand : JobCommand
{
    private const int Page = 1_000;

    private readonly HashSet<long> _removed = [];

    /// <summary>Returns only events after this time.</summary>
    [Parameter]
    [TimeTransformation]
    public TimeReference? After { get; set; }

    /// <summary>Returns only events of this time or later.</summary>
    [Parameter]
    [TimeTransformation]
    public TimeReference? Since { get; set; }

    /// <summary>Returns only events before this time.</summary>
    [Parameter]
    [TimeTransformation]
    public TimeReference? Before { get; set; }

    /// <summary>Returns only events of these kinds; wildcards are allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ValidateEventKind]
    [ArgumentCompleter(typeof(EventKindCompleter))]
    public string[] Kind { get; set; } = ["*"];

    private protected override bool TakesBatches => true;

    protected override Task ProcessAsync(CancellationToken cancellationToken)
    {
        if (!IsGiven(nameof(Job)) && !MyInvocation.ExpectingInput)
        {
            WriteEvents(jobId: null, cancellationToken);
            return Task.CompletedTask;
        }

        foreach (JobReference reference in Job)
        {
            long[] removed = [.. Removed(reference).Where(_removed.Add)];
            foreach (long job in removed)
            {
                WriteEvents(job, cancellationToken);
            }

            // Only a name that no job has or had is an error.
            bool isGone = removed.Length > 0 && !reference.HasWildcards && Open().Ledger.Jobs.Find(reference.Name) is null;
            foreach (JobRecord job in isGone ? [] : JobsOf(reference).Where(IsFirst))
            {
                WriteEvents(job.Id, cancellationToken);
            }
        }

        return Task.CompletedTask;
    }

    private IEnumerable<long> Removed(JobReference reference)
    {
        NameFilter names = new([reference.Name]);
        return reference.Identity is null && TryOpen() is { } session
            ? session.Ledger.Events.RemovedJobs().Where(j => names.Takes(j.Name)).Select(static j => j.Id)
            : [];
    }

    private void WriteEvents(long? jobId, CancellationToken cancellationToken)
    {
        if (TryOpen() is not { } session)
        {
            return;
        }

        WildcardPattern[] kinds = [.. Kind.Select(
            static k => WildcardPattern.Get(k, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant))];
        DateTime? after = After?.At(session.Clock);
        DateTime? since = Since?.At(session.Clock);
        DateTime? before = Before?.At(session.Clock);
        long last = 0;
        IReadOnlyList<EventRecord> events;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            events = session.Ledger.Events.Read(jobId, after, last, Page, since, before);
            foreach (EventRecord entry in events)
            {
                last = entry.Id;
                if (kinds.Any(k => k.IsMatch(entry.Kind)))
                {
                    WriteOutput(BatchEvent.From(entry));
                }
            }
        }
        while (events.Count == Page);
    }
}
